package puddle.runtime;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** How what goes wrong in a function is told: as the payload, and in the log. */
final class Faults {
  private Faults() {}

  /** A problem of how the function is made; it has no stack of its own. */
  static final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1;
    final String type;
    final String trace;
    final boolean fatal;

    Fault(String message, Throwable cause, boolean fatal) {
      super(message);
      this.type = cause == null ? null : cause.getClass().getName();
      this.trace = cause == null ? null : trace(cause);
      this.fatal = fatal;
    }

    static Fault of(Throwable t, boolean fatal) {
      return t instanceof Fault ? (Fault) t : new Fault(message(t), t, fatal);
    }
  }

  static String message(Throwable t) {
    return t.getLocalizedMessage() == null ? t.getClass().getName() : t.getLocalizedMessage();
  }

  /** {"errorMessage", "errorType", "stackTrace"}; a fault has no stack, and perhaps no type. */
  static String document(Throwable t) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("errorMessage", message(t));
    if (t instanceof Fault) {
      if (((Fault) t).type != null) {
        out.put("errorType", ((Fault) t).type);
      }
      return Json.write(out);
    }
    out.put("errorType", t.getClass().getName());
    java.util.List<Object> frames = new java.util.ArrayList<>();
    for (StackTraceElement frame : t.getStackTrace()) {
      frames.add(frame.toString());
    }
    out.put("stackTrace", frames);
    return Json.write(out);
  }

  static String header(Throwable t) {
    return t instanceof Fault ? "Runtime.BadFunctionCode" : "Runtime.UserException";
  }

  static String report(Throwable t) {
    Fault fault = Fault.of(t, false);
    if (fault.type == null && fault.trace == null) {
      return fault.getMessage() + "\n";
    }
    return fault.getMessage() + ": " + (fault.type == null ? "" : fault.type) + "\n" + (fault.trace == null ? "" : fault.trace) + "\n";
  }

  static String trace(Throwable t) {
    hideRuntime(t);
    StringWriter out = new StringWriter();
    t.printStackTrace(new PrintWriter(out));
    return out.toString();
  }

  /** Cuts stacks off where this runtime has called the function. */
  static <T extends Throwable> T hideRuntime(T t) {
    hideRuntime(t, Collections.newSetFromMap(new IdentityHashMap<>()));
    return t;
  }

  private static void hideRuntime(Throwable t, Set<Throwable> seen) {
    if (t == null || !seen.add(t)) {
      return;
    }
    StackTraceElement[] frames = t.getStackTrace();
    for (int i = 0; i < frames.length; i++) {
      if (frames[i].getClassName().startsWith("puddle.runtime.")) {
        // The calls by reflection are this runtime's too.
        while (i > 0 && frames[i - 1].getClassName().matches("(java\\.lang\\.reflect|jdk\\.internal\\.reflect|java\\.lang\\.invoke)\\..*")) {
          i--;
        }
        t.setStackTrace(java.util.Arrays.copyOf(frames, i));
        break;
      }
    }
    hideRuntime(t.getCause(), seen);
    for (Throwable suppressed : t.getSuppressed()) {
      hideRuntime(suppressed, seen);
    }
  }

  @SuppressWarnings("unchecked")
  static <T extends Throwable> RuntimeException unchecked(Throwable t) throws T {
    throw (T) t;
  }
}
