package puddle.runtime;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a handler is given through the interfaces of the function's own library: context, logger, identity, client context. */
final class Interfaces {
  private static final List<String> LEVELS = List.of("UNDEFINED", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");
  private static final boolean JSON = "JSON".equals(System.getenv("AWS_LAMBDA_LOG_FORMAT"));
  private static String requestId;

  private Interfaces() {}

  interface Answers {
    Object to(Method method, Object[] arguments);
  }

  private static Object proxy(Class<?> type, Answers answers) {
    InvocationHandler handler = (self, method, arguments) -> {
      switch (method.getName()) {
        case "hashCode": return System.identityHashCode(self);
        case "equals": return self == arguments[0];
        case "toString": return "lambda." + type.getSimpleName();
        default: return answers.to(method, arguments);
      }
    };
    return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
  }

  static Object context(Class<?> type, Map<String, String> headers) {
    requestId = headers.get("lambda-runtime-aws-request-id");
    long deadline = Long.parseLong(headers.get("lambda-runtime-deadline-ms"));
    if (type == null) {
      return null;
    }
    Map<?, ?> identity = parsed(headers.get("lambda-runtime-cognito-identity"));
    Map<?, ?> client = parsed(headers.get("lambda-runtime-client-context"));
    return proxy(type, (method, arguments) -> {
      switch (method.getName()) {
        case "getAwsRequestId": return headers.get("lambda-runtime-aws-request-id");
        case "getInvokedFunctionArn": return headers.get("lambda-runtime-invoked-function-arn");
        case "getXrayTraceId": return headers.get("lambda-runtime-trace-id");
        case "getLogGroupName": return System.getenv("AWS_LAMBDA_LOG_GROUP_NAME");
        case "getLogStreamName": return System.getenv("AWS_LAMBDA_LOG_STREAM_NAME");
        case "getFunctionName": return System.getenv("AWS_LAMBDA_FUNCTION_NAME");
        case "getFunctionVersion": return System.getenv("AWS_LAMBDA_FUNCTION_VERSION");
        case "getMemoryLimitInMB": return Integer.parseInt(System.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
        case "getRemainingTimeInMillis": return (int) Math.max(deadline - System.currentTimeMillis(), 0);
        case "getLogger": return logger(method.getReturnType());
        case "getIdentity": return identity == null ? null : identity(method.getReturnType(), identity);
        case "getClientContext": return client == null ? null : clientContext(method.getReturnType(), client);
        default: return null;
      }
    });
  }

  private static Map<?, ?> parsed(String json) {
    return json == null || json.isEmpty() ? null : (Map<?, ?>) Json.parse(json);
  }

  private static Object identity(Class<?> type, Map<?, ?> identity) {
    return proxy(type, (method, arguments) ->
        identity.get(method.getName().equals("getIdentityPoolId") ? "cognitoIdentityPoolId" : "cognitoIdentityId"));
  }

  private static Object clientContext(Class<?> type, Map<?, ?> given) {
    return proxy(type, (method, arguments) -> {
      switch (method.getName()) {
        case "getCustom": return given.get("custom");
        case "getEnvironment": return given.get("env");
        case "getClient": return given.get("client") == null ? null : client(method.getReturnType(), (Map<?, ?>) given.get("client"));
        default: return null;
      }
    });
  }

  private static Object client(Class<?> type, Map<?, ?> given) {
    Map<String, String> names = Map.of("getInstallationId", "installation_id", "getAppTitle", "app_title", "getAppVersionName",
        "app_version_name", "getAppVersionCode", "app_version_code", "getAppPackageName", "app_package_name");
    return proxy(type, (method, arguments) -> given.get(names.getOrDefault(method.getName(), "")));
  }

  private static Object logger(Class<?> type) {
    return proxy(type, (method, arguments) -> {
      Object message = arguments[0];
      String level = arguments.length > 1 ? String.valueOf(arguments[1]) : "UNDEFINED";
      if (message instanceof byte[]) {
        write(new String((byte[]) message, StandardCharsets.UTF_8));
      } else {
        log(String.valueOf(message), level);
      }
      return null;
    });
  }

  static void log(String message, String level) {
    String wanted = System.getenv("AWS_LAMBDA_LOG_LEVEL");
    if (!level.equals("UNDEFINED") && wanted != null && LEVELS.indexOf(level) < LEVELS.indexOf(wanted.toUpperCase())) {
      return;
    }
    if (!JSON) {
      write(level.equals("UNDEFINED") ? message : "[" + level + "] " + message);
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("timestamp", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    line.put("message", message);
    line.put("level", level);
    if (requestId != null) {
      line.put("AWSRequestId", requestId);
    }
    write(Json.write(line));
  }

  /** One log event, whatever its lines. */
  private static void write(String text) {
    String line = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    synchronized (System.out) {
      System.out.print(line.replace('\n', '\r') + "\n");
      System.out.flush();
    }
  }

  static void logFault(Throwable t) {
    log(Faults.report(t), JSON ? "ERROR" : "UNDEFINED");
  }
}
