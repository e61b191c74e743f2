package puddle.runtime;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runtime client for Java functions: asks the Runtime API for events and runs the handler. */
public final class Bootstrap {
  private static final String[] API = System.getenv("AWS_LAMBDA_RUNTIME_API").split(":");
  private static Socket socket;
  private static InputStream in;
  private static int status;
  private static final Map<String, String> headers = new HashMap<>();

  private Bootstrap() {}

  public static void main(String[] arguments) {
    try {
      run();
    } catch (IOException e) {
      System.exit(1); // the emulator is gone
    }
  }

  private static void run() throws IOException {
    String root = System.getenv("LAMBDA_TASK_ROOT");
    ClassLoader loader = new URLClassLoader(classPath(root, System.getProperty("puddle.opt")), Bootstrap.class.getClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    Handlers.Handler handler;
    try {
      handler = Handlers.load(System.getenv("_HANDLER"), loader);
    } catch (Faults.Fault fault) {
      Interfaces.logFault(fault);
      request("POST", "init/error", Faults.document(fault).getBytes(StandardCharsets.UTF_8), Faults.header(fault));
      System.exit(1);
      return;
    }
    while (true) {
      byte[] event = request("GET", "invocation/next", new byte[0], null);
      if (status != 200) {
        System.exit(1);
      }
      serve(handler, event, new HashMap<>(headers));
    }
  }

  /** The code's own directory, its lib/*.jar, and those in java/lib of the layers, if there are any, by name. */
  private static URL[] classPath(String root, String opt) throws MalformedURLException {
    List<URL> out = new ArrayList<>();
    out.add(new File(root + "/").toURI().toURL());
    for (String folder : new String[] {root + "/lib", opt == null ? "" : opt + "/java/lib"}) {
      String[] names = folder.isEmpty() ? null : new File(folder).list((directory, name) -> name.endsWith(".jar"));
      if (names == null) {
        continue;
      }
      Arrays.sort(names);
      for (String name : names) {
        out.add(new File(folder, name).toURI().toURL());
      }
    }
    return out.toArray(new URL[0]);
  }

  private static void serve(Handlers.Handler handler, byte[] event, Map<String, String> about) throws IOException {
    String trace = about.get("lambda-runtime-trace-id");
    if (trace != null) {
      System.setProperty("com.amazonaws.xray.traceHeader", trace);
    } else {
      System.clearProperty("com.amazonaws.xray.traceHeader");
    }
    String base = "invocation/" + about.get("lambda-runtime-aws-request-id") + "/";
    byte[] answer;
    try {
      answer = handler.call(event, about);
    } catch (Throwable t) { // a handler may throw anything
      Faults.hideRuntime(t);
      Interfaces.logFault(t);
      request("POST", base + "error", Faults.document(t).getBytes(StandardCharsets.UTF_8), Faults.header(t));
      if (t instanceof VirtualMachineError || t instanceof java.io.IOError) {
        System.exit(1);
      }
      return;
    }
    request("POST", base + "response", answer, null);
    Thread.interrupted(); // the function may have left it set
  }

  // One kept-alive HTTP connection; a request on one that was closed meanwhile is sent again.

  private static byte[] request(String method, String path, byte[] body, String errorType) throws IOException {
    String head = method + " /2018-06-01/runtime/" + path + " HTTP/1.1\r\nHost: " + API[0] + ":" + API[1]
        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n"
        + (errorType == null ? "" : "Lambda-Runtime-Function-Error-Type: " + errorType + "\r\n") + "\r\n";
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(head.getBytes(StandardCharsets.UTF_8));
    message.write(body);
    System.out.flush();
    System.err.flush();
    try {
      return exchange(message.toByteArray());
    } catch (IOException e) {
      socket = null;
      return exchange(message.toByteArray());
    }
  }

  private static byte[] exchange(byte[] message) throws IOException {
    if (socket == null) {
      socket = new Socket(API[0], Integer.parseInt(API[1]));
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream(), 65536);
    }
    socket.getOutputStream().write(message);
    String first = line();
    status = Integer.parseInt(first.split(" ")[1]);
    headers.clear();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon).toLowerCase(), line.substring(colon + 1).trim());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException();
    }
    return body;
  }

  private static String line() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int c;
    while ((c = in.read()) != '\n') {
      if (c < 0) {
        throw new EOFException();
      }
      if (c != '\r') {
        out.write(c);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
