package puddle.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the handler that "package.Class::method" or "package.Class" names, and calls it. The interfaces are those of the
 * function's own jars, so they are known by name.
 */
final class Handlers {
  private static final String LIBRARY = "com.amazonaws.services.lambda.runtime.";

  /** Event in, answer out. */
  interface Handler {
    byte[] call(byte[] event, Map<String, String> headers) throws Throwable;
  }

  private Handlers() {}

  /** Problems that a fatal Fault tells end the init phase; others are the answer of each invocation. */
  static Handler load(String name, ClassLoader loader) {
    int colons = name.lastIndexOf("::");
    String className = colons < 0 ? name : name.substring(0, colons);
    String methodName = colons < 0 ? null : name.substring(colons + 2);
    if (className.isEmpty() || (methodName != null && methodName.isEmpty())) {
      return failing(new Faults.Fault("Invalid handler: `" + name + "'", null, false));
    }
    Class<?> type;
    try {
      type = Class.forName(className, true, loader);
    } catch (ClassNotFoundException e) {
      return failing(new Faults.Fault("Class not found: " + className, e, false));
    } catch (Throwable t) { // what a static initialiser throws, or a missing class
      String message = "Error loading class " + className + (t.getMessage() == null ? "" : ": " + t.getMessage());
      throw new Faults.Fault(message, t, true);
    }
    try {
      return methodName == null ? ofInterface(type) : ofMethod(type, methodName);
    } catch (Faults.Fault fault) {
      if (fault.fatal) {
        throw fault;
      }
      return failing(fault);
    }
  }

  private static Handler failing(Faults.Fault fault) {
    return (event, headers) -> {
      throw fault;
    };
  }

  // Classes with an interface.

  private static Handler ofInterface(Class<?> type) {
    Class<?> stream = interfaceOf(type, "RequestStreamHandler");
    Class<?> request = interfaceOf(type, "RequestHandler");
    if (stream == null && request == null) {
      throw new Faults.Fault("Class does not implement an appropriate handler interface: " + type.getName(), null, false);
    }
    Method method = handleRequest(stream != null ? stream : request);
    if (stream != null) {
      return streaming(instance(type), method);
    }
    Type[] types = argumentsOf(type, request);
    if (types == null) {
      throw new Faults.Fault("Class " + type.getName() + " does not implement RequestHandler with concrete type parameters", null, false);
    }
    return typed(instance(type), method, types[0], types[1]);
  }

  private static Method handleRequest(Class<?> type) {
    for (Method method : type.getMethods()) {
      if (method.getName().equals("handleRequest")) {
        return method;
      }
    }
    throw new Faults.Fault(type.getName() + " has no method handleRequest", null, false);
  }

  private static Class<?> interfaceOf(Class<?> type, String name) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Class<?> candidate : at.getInterfaces()) {
        Class<?> found = candidate.getName().equals(LIBRARY + name) ? candidate : interfaceOf(candidate, name);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** The types that the class gives the interface's parameters, however far up it is implemented; null: none. */
  private static Type[] argumentsOf(Type type, Class<?> wanted) {
    Class<?> raw = type instanceof ParameterizedType ? (Class<?>) ((ParameterizedType) type).getRawType() : (Class<?>) type;
    if (raw == wanted) {
      return type instanceof ParameterizedType ? ((ParameterizedType) type).getActualTypeArguments() : null;
    }
    List<Type> above = new ArrayList<>(List.of(raw.getGenericInterfaces()));
    if (raw.getGenericSuperclass() != null) {
      above.add(raw.getGenericSuperclass());
    }
    Map<TypeVariable<?>, Type> known = new HashMap<>();
    if (type instanceof ParameterizedType) {
      for (int i = 0; i < raw.getTypeParameters().length; i++) {
        known.put(raw.getTypeParameters()[i], ((ParameterizedType) type).getActualTypeArguments()[i]);
      }
    }
    for (Type parent : above) {
      Type[] found = argumentsOf(parent, wanted);
      if (found == null) {
        continue;
      }
      Type[] out = found.clone();
      for (int i = 0; i < out.length; i++) {
        out[i] = out[i] instanceof TypeVariable ? known.getOrDefault(out[i], out[i]) : out[i];
      }
      return out;
    }
    return null;
  }

  // Methods by name.

  private static boolean isContext(Class<?> type) {
    return type.getName().equals(LIBRARY + "Context");
  }

  /** Longer signatures first, a context at the end counting twice; a bridge is the compiler's. */
  private static int weight(Method method) {
    Class<?>[] types = method.getParameterTypes();
    return types.length + (types.length > 0 && isContext(types[types.length - 1]) ? 1 : 0);
  }

  private static Handler ofMethod(Class<?> type, String name) {
    List<Method> candidates = new ArrayList<>();
    for (Method method : type.getMethods()) {
      if (method.getName().equals(name)) {
        candidates.add(method);
      }
    }
    candidates.sort(Comparator.comparing(Method::isBridge).thenComparing(m -> -weight(m)));
    for (Method method : candidates) {
      if (isStreaming(method)) {
        return streaming(Modifier.isStatic(method.getModifiers()) ? null : instance(type), method);
      }
      Class<?>[] types = method.getParameterTypes();
      boolean good = types.length < 2 || (types.length == 2 && !isContext(types[0]) && isContext(types[1]));
      if (good) {
        Type input = types.length == 0 || isContext(types[0]) ? null : resolved(type, method.getGenericParameterTypes()[0]);
        Type output = resolved(type, method.getGenericReturnType());
        return typed(Modifier.isStatic(method.getModifiers()) ? null : instance(type), method, input, output);
      }
    }
    throw new Faults.Fault("No public method named " + name + " with appropriate method signature found on class " + type.getName(), null, false);
  }

  private static Type resolved(Class<?> type, Type wanted) {
    return wanted instanceof TypeVariable ? Object.class : wanted;
  }

  /** Made of InputStream, OutputStream and Context in this order, with at least one stream. */
  private static boolean isStreaming(Method method) {
    int last = -1;
    boolean streams = false;
    for (Class<?> type : method.getParameterTypes()) {
      int place = type == InputStream.class ? 0 : type == OutputStream.class ? 1 : isContext(type) ? 2 : -1;
      if (place <= last) {
        return false;
      }
      streams = streams || place < 2;
      last = place;
    }
    return streams;
  }

  // Calls.

  private static Object instance(Class<?> type) {
    try {
      Constructor<?> constructor = type.getConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (NoSuchMethodException e) {
      boolean inner = type.getEnclosingClass() != null && !Modifier.isStatic(type.getModifiers());
      Exception problem = new Exception("Class " + type.getName()
          + (inner ? " cannot be instantiated because it is a non-static inner class" : " has no public zero-argument constructor"));
      throw Faults.Fault.of(problem, false);
    } catch (InvocationTargetException e) {
      throw Faults.Fault.of(e.getCause(), true);
    } catch (ReflectiveOperationException e) {
      throw Faults.Fault.of(e, false);
    }
  }

  private static Object invoke(Object instance, Method method, Object... arguments) throws Throwable {
    try {
      method.setAccessible(true);
      return method.invoke(instance, arguments);
    } catch (InvocationTargetException e) {
      throw Faults.hideRuntime(e.getCause());
    }
  }

  private static Handler streaming(Object instance, Method method) {
    Class<?>[] types = method.getParameterTypes();
    return (event, headers) -> {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Object[] arguments = new Object[types.length];
      boolean answers = false;
      for (int i = 0; i < types.length; i++) {
        answers = answers || types[i] == OutputStream.class;
        arguments[i] = types[i] == InputStream.class ? new ByteArrayInputStream(event)
            : types[i] == OutputStream.class ? out : Interfaces.context(types[i], headers);
      }
      invoke(instance, method, arguments);
      return answers ? out.toByteArray() : "null".getBytes(StandardCharsets.UTF_8);
    };
  }

  private static Handler typed(Object instance, Method method, Type input, Type output) {
    Class<?>[] types = method.getParameterTypes();
    boolean context = types.length > 0 && isContext(types[types.length - 1]);
    return (event, headers) -> {
      List<Object> arguments = new ArrayList<>();
      if (input != null) {
        try {
          arguments.add(Beans.read(Json.parse(new String(event, StandardCharsets.UTF_8)), input));
        } catch (RuntimeException e) {
          throw new RuntimeException("An error occurred during JSON parsing", Faults.hideRuntime(e));
        }
      }
      if (context) {
        arguments.add(Interfaces.context(types[types.length - 1], headers));
      }
      Object answer = invoke(instance, method, arguments.toArray());
      if (output == void.class || output == Void.class) {
        return "null".getBytes(StandardCharsets.UTF_8);
      }
      try {
        return Json.write(Beans.tree(answer)).getBytes(StandardCharsets.UTF_8);
      } catch (RuntimeException e) {
        throw new RuntimeException("An error occurred during JSON serialization of response", e);
      }
    };
  }
}
