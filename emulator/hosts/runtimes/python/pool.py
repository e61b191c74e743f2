"""Parent of Python environments: has boto3 and what it reads loaded, and forks itself for each environment.

Speaks JSON over the socket at descriptor 3, one message each: {"id", "command", "environment", "directory", "sandbox"}
with the descriptor for the output comes in; {"ready": 1}, {"started": id, "pid", "shared"} and {"exited": status, "pid"}
go out. A child is what a new interpreter would be, except for what is imported already; where that could be noticed, the
child becomes a new interpreter instead. Ends when the socket closes, and its children with it.

Two children are forked ahead and have made clients and thrown them away: the memory that they share with us is copied
where it will be written to, which is most of what a first client costs otherwise.
"""
import array
import ctypes
import gc
import importlib.util
import json
import os
import resource
import select
import signal
import socket
import sys
import time

PAGE = resource.getpagesize()
HERE = os.path.dirname(os.path.abspath(__file__))
SPARES = 2
SERVICES = ("sqs", "sns", "dynamodb", "s3", "lambda", "sts", "ssm", "secretsmanager", "logs", "events")
# Variables that the interpreter, the C library or the loader read before any Python runs.
EARLY = ("PYTHON", "LD_", "LC_", "MALLOC_", "GLIBC_", "OPENSSL_", "SSL_", "AWS_DATA_PATH", "BOTO_")
libc = ctypes.CDLL(None, use_errno=True)


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE


def load_bootstrap():
    spec = importlib.util.spec_from_file_location("bootstrap", os.path.join(HERE, "bootstrap.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Documents:
    """botocore's data files, parsed ahead. Each parsed document is handed out once, so that nobody can tell."""

    def __init__(self, loader):
        self.parse = loader.load_file
        self.seen, self.ready = [], {}
        documents = self

        def load_file(self, path):
            document = documents.ready.pop(path, None)
            if document is None:
                document = documents.parse(self, path)
            documents.seen.append(path)
            return document

        loader.load_file = load_file

    def parse_again(self, loader):
        for path in dict.fromkeys(self.seen):
            document = self.parse(loader, path)
            if document is not None:
                self.ready[path] = document
        self.seen = []


def remember_services(loader):
    """The list of services needs a thousand looks at the file system; it is the same while the folders are."""
    look = loader.list_available_services
    known = {}

    def state(folders):
        out = []
        for folder in folders:
            try:
                out.append((folder, os.stat(folder).st_mtime_ns))
            except OSError:
                out.append((folder, 0))
        return tuple(out)

    def list_available_services(self, type_name):
        key = (type_name, state(self.search_paths))
        if key not in known:
            known[key] = look(self, type_name)
        return list(known[key])

    loader.list_available_services = list_available_services


class Answers:
    """What botocore works out again for each session though it depends on the arguments alone: the new names of events, and
    whether a function of its own takes keywords. It is half of what a session costs."""

    def __init__(self, hooks):
        self.hooks, self.names = hooks, {}
        self.alias, begin, look = hooks.EventAliaser._alias_event_name, hooks.EventAliaser.__init__, hooks.accepts_kwargs
        answers, known = self, {}

        def __init__(self, *arguments, **more):
            begin(self, *arguments, **more)
            if self._event_aliases == hooks.EVENT_ALIASES:
                self._alias_name_cache.update(answers.names)

        def note(self, event_name):
            answers.names[event_name] = answers.alias(self, event_name)
            return answers.names[event_name]

        def accepts_kwargs(function):
            # Only plain functions are held, and only botocore's: nothing that a Lambda function has made.
            plain = getattr(function, "__func__", function)
            if type(plain) is not type(look) or not plain.__module__.startswith("botocore."):
                return look(function)
            if plain not in known:
                known[plain] = look(function)
            return known[plain]

        hooks.EventAliaser.__init__, hooks.EventAliaser._alias_event_name = __init__, note
        hooks.accepts_kwargs = accepts_kwargs

    def learned(self):
        self.hooks.EventAliaser._alias_event_name = self.alias


def make_clients(names):
    import boto3.session
    session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
    made = [session.client(name, endpoint_url="http://127.0.0.1:9") for name in names]
    return made + [session.resource("dynamodb", endpoint_url="http://127.0.0.1:9")]


def preload():
    """Makes clients once, so that everything that botocore imports, compiles and reads late is there."""
    import concurrent.futures, datetime, decimal, email, http.client, logging, random, re, ssl, tempfile, traceback
    import unittest.mock, urllib.request, uuid, zoneinfo
    import boto3
    import boto3.dynamodb.conditions
    import boto3.session
    import botocore.hooks
    import botocore.loaders

    documents = Documents(botocore.loaders.JSONFileLoader)
    remember_services(botocore.loaders.Loader)
    answers = Answers(botocore.hooks)
    make_clients(SERVICES)
    answers.learned()
    documents.parse_again(botocore.loaders.JSONFileLoader())
    return documents


def exercise(documents):
    import botocore.loaders
    # The documents are parsed while the clients are there, so that these leave room for the function's own.
    made = make_clients(("sqs", "sns"))
    documents.parse_again(botocore.loaders.JSONFileLoader())
    del made
    gc.collect()
    gc.freeze()


def needs_own_interpreter(environment, directory, loaded):
    """Whether something that is imported already would be noticed."""
    for name in environment:
        if name.startswith(EARLY) and name not in ("PYTHONPATH", "PYTHONUSERBASE"):
            return True
    for folder in [directory] + [p for p in environment.get("PYTHONPATH", "").split(":") if p]:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            if name.partition(".")[0] in loaded:
                return True
            if name.endswith(".pth"):
                return True
    return False


def enter_sandbox(plan):
    """The steps of emulator/hosts/sandbox.cpp."""
    def check(result, what):
        if result != 0:
            number = ctypes.get_errno()
            raise OSError(number, "%s: %s" % (what, os.strerror(number)))

    def write(path, text):
        descriptor = os.open(path, os.O_WRONLY)
        os.write(descriptor, text)
        os.close(descriptor)

    def attributes(target, flags, on, off):
        data = (ctypes.c_uint64 * 4)(on, off, 0, 0)
        check(libc.syscall(442, -100, target.encode(), flags, ctypes.byref(data), 32), "mount_setattr")

    def mount(source, target, kind, flags):
        check(libc.mount(source.encode() if source else b"none", target.encode(), kind.encode() if kind else None,
                         ctypes.c_ulong(flags), None), "mount " + target)

    if not plan["isolated"]:
        return
    check(libc.unshare(0x00020000 | (0x10000000 if plan["user"] else 0)), "unshare")
    if plan["user"]:
        write("/proc/self/setgroups", b"deny")
        write("/proc/self/uid_map", b"%d %d 1" % (plan["uid"], plan["uid"]))
        write("/proc/self/gid_map", b"%d %d 1" % (plan["gid"], plan["gid"]))
    mount("", "/", "", 0x44000)  # MS_REC | MS_PRIVATE
    for step, source, target, kind, flags in plan["steps"]:
        if step == "mount":
            mount(source, target, kind, flags)
        elif step == "directory":
            os.makedirs(target, exist_ok=True)
        elif step == "link":
            os.symlink(source, target)
        elif step == "read_only":
            attributes(target, 0x8000, 1, 0)
        elif step == "writable":
            attributes(target, 0, 0, 1)


def detach(parent):
    """In the child, first of all."""
    os.setpgid(0, 0)
    libc.prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def become(request, output, bootstrap, loaded):
    """In the child: the environment. Does not return."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.closerange(3, 65536)
    environment, directory = request["environment"], request["directory"]
    try:
        enter_sandbox(request["sandbox"])
        os.chdir(directory)
        if needs_own_interpreter(environment, directory, loaded):
            os.execve(request["command"][0], request["command"], environment)
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(126)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.modules["tempfile"].tempdir = None
    sys.argv = [request["command"][1]]
    sys.path[:0] = [directory] + [p for p in environment.get("PYTHONPATH", "").split(":") if p]
    gc.enable()
    try:
        bootstrap.main()
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    finish(status)


def finish(status):
    """As an interpreter ends: threads, exit functions, buffers."""
    import atexit
    import threading
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status & 255)


class Spare:
    def __init__(self, pid, ours):
        self.pid, self.socket, self.ready = pid, ours, False


class Pool:
    def __init__(self):
        self.base = resident()
        for option in (-1, -3):  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD: freed memory stays, for children to use again
            libc.mallopt(option, 256 << 20)
        sys.path.pop(0)  # where this file is
        self.channel = socket.socket(fileno=3)
        # What runs here is not the function's program.
        sys.modules["__main__"] = type(sys)("__main__")
        sys.stdout.reconfigure(line_buffering=True)
        sys.stderr.reconfigure(line_buffering=True)
        self.bootstrap = load_bootstrap()
        self.documents = preload()
        self.loaded = {name.partition(".")[0] for name in sys.modules}
        self.spares = []
        self.me = os.getpid()
        gc.collect()
        gc.disable()
        gc.freeze()
        self.wakeup, self.signals = socket.socketpair()
        for end in (self.wakeup, self.signals):
            end.setblocking(False)
        signal.set_wakeup_fd(self.signals.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def fork_spare(self):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            detach(self.me)
            for end in [ours, self.channel, self.wakeup, self.signals] + [spare.socket for spare in self.spares]:
                end.close()
            exercise(self.documents)
            theirs.send(b"ready")
            request, output = self.receive(theirs)
            become(request, output, self.bootstrap, self.loaded)
        theirs.close()
        self.spares.append(Spare(pid, ours))

    @staticmethod
    def receive(channel):
        data, ancillary, _, _ = channel.recvmsg(1 << 20, socket.CMSG_SPACE(4))
        if not data:
            os._exit(0)
        return json.loads(data), array.array("i", ancillary[0][2])[0]

    def start(self, request, output):
        shared = resident() - self.base
        spare = next((spare for spare in self.spares if spare.ready), None)
        if spare:
            pid = spare.pid
            spare.socket.sendmsg([json.dumps(request).encode()],
                                 [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [output]))])
            self.drop(spare)
        else:
            pid = os.fork()
            if pid == 0:
                detach(self.me)
                become(request, output, self.bootstrap, self.loaded)
        os.close(output)
        self.channel.send(b'{"started":%d,"pid":%d,"shared":%d}' % (request["id"], pid, max(0, shared)))

    def drop(self, spare):
        spare.socket.close()
        self.spares.remove(spare)

    def reap(self):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            spare = next((spare for spare in self.spares if spare.pid == pid), None)
            if spare:
                self.drop(spare)
            else:
                self.channel.send(b'{"exited":%d,"pid":%d}' % (status, pid))

    def run(self):
        self.fork_spare()
        self.channel.send(b'{"ready":1}')
        while True:
            # New spares are made when there was nothing to do for a moment: not while functions start.
            waiting = [self.channel, self.wakeup] + [spare.socket for spare in self.spares if not spare.ready]
            ready, _, _ = select.select(waiting, [], [], 0.3 if len(self.spares) < SPARES else None)
            if not ready:
                self.fork_spare()
                continue
            for spare in list(self.spares):
                if spare.socket in ready:
                    spare.ready = bool(spare.socket.recv(16))
                    if not spare.ready:
                        self.drop(spare)
            if self.wakeup in ready:
                try:
                    self.wakeup.recv(4096)
                except BlockingIOError:
                    pass
            self.reap()
            if self.channel in ready:
                self.start(*self.receive(self.channel))


if __name__ == "__main__":
    Pool().run()
