package puddle.runtime;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Trees of JSON and the function's own types, by the rules of the runtime: properties are public fields, getters and setters
 * with bean names; unknown ones are ignored; what is null is left out. The event classes of AWS's library are spelled
 * differently from the events, and their dates are seconds.
 */
final class Beans {
  private static final String EVENTS = "com.amazonaws.services.lambda.runtime.events.";

  private Beans() {}

  // To the function's types.

  static Object read(Object tree, Type type) {
    return read(tree, type, new HashMap<>());
  }

  private static Object read(Object tree, Type type, Map<TypeVariable<?>, Type> bound) {
    if (type instanceof TypeVariable) {
      Type known = bound.get(type);
      return read(tree, known != null ? known : ((TypeVariable<?>) type).getBounds()[0], bound);
    }
    if (type instanceof WildcardType) {
      return read(tree, ((WildcardType) type).getUpperBounds()[0], bound);
    }
    if (type instanceof GenericArrayType) {
      return readArray(tree, ((GenericArrayType) type).getGenericComponentType(), bound);
    }
    if (type instanceof ParameterizedType) {
      ParameterizedType generic = (ParameterizedType) type;
      Class<?> raw = (Class<?>) generic.getRawType();
      Type[] arguments = generic.getActualTypeArguments();
      Map<TypeVariable<?>, Type> inner = new HashMap<>(bound);
      for (int i = 0; i < arguments.length; i++) {
        Type argument = arguments[i];
        inner.put(raw.getTypeParameters()[i], argument instanceof TypeVariable ? bound.getOrDefault(argument, Object.class) : argument);
      }
      return readClass(tree, raw, arguments, inner);
    }
    return readClass(tree, (Class<?>) type, new Type[0], bound);
  }

  private static Type argument(Type[] arguments, int index) {
    return index < arguments.length ? arguments[index] : Object.class;
  }

  private static Object readClass(Object tree, Class<?> type, Type[] arguments, Map<TypeVariable<?>, Type> bound) {
    if (type == Optional.class) {
      return Optional.ofNullable(read(tree, argument(arguments, 0), bound));
    }
    if (tree == null) {
      return type.isPrimitive() && type != void.class ? Array.get(Array.newInstance(type, 1), 0) : null;
    }
    if (type == Object.class || type == Void.class) {
      return tree;
    }
    if (type.isArray() && type != byte[].class && type != char[].class) {
      return readArray(tree, type.getComponentType(), bound);
    }
    if (Collection.class.isAssignableFrom(type)) {
      return readCollection(tree, type, argument(arguments, 0), bound);
    }
    if (Map.class.isAssignableFrom(type)) {
      return readMap(tree, type, arguments, bound);
    }
    if (tree instanceof Map) {
      return readBean((Map<?, ?>) tree, type, bound);
    }
    if (tree instanceof List) {
      List<?> list = (List<?>) tree;
      if (list.isEmpty()) {
        return null;
      }
      if (list.size() == 1) {
        return readClass(list.get(0), type, arguments, bound);
      }
      throw mismatch(tree, type);
    }
    return readScalar(tree, type);
  }

  private static IllegalArgumentException mismatch(Object tree, Class<?> type) {
    String what = tree instanceof Map ? "Object" : tree instanceof List ? "Array" : tree.getClass().getSimpleName();
    return new IllegalArgumentException("Cannot deserialize value of type `" + type.getName() + "` from " + what + " value");
  }

  private static Object readScalar(Object tree, Class<?> type) {
    String text = tree.toString();
    if (type == String.class || type == CharSequence.class) {
      return text;
    }
    if (type == boolean.class || type == Boolean.class) {
      return tree instanceof Boolean ? tree : tree instanceof Number ? (Object) (((Number) tree).intValue() != 0) : Boolean.valueOf(text.trim());
    }
    if (type == char.class || type == Character.class) {
      return text.charAt(0);
    }
    if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
      return number(tree, type);
    }
    if (tree instanceof String && text.isEmpty() && type != byte[].class && type != char[].class) {
      return null;
    }
    if (type == byte[].class) {
      return Base64.getDecoder().decode(text);
    }
    if (type == char[].class) {
      return text.toCharArray();
    }
    if (type == ByteBuffer.class) {
      return ByteBuffer.wrap(Base64.getDecoder().decode(text));
    }
    if (type == Date.class) {
      return tree instanceof Number ? new Date(((Number) tree).longValue()) : Date.from(java.time.OffsetDateTime.parse(text).toInstant());
    }
    if (type.isEnum()) {
      for (Object constant : type.getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(text)) {
          return constant;
        }
      }
      return null;
    }
    return fromText(tree, text, type);
  }

  /** Times, UUID, URI and other classes that are made of a text. */
  private static Object fromText(Object tree, String text, Class<?> type) {
    for (String name : new String[] {"parse", "fromString", "valueOf"}) {
      try {
        Method method = type.getMethod(name, type.getName().startsWith("java.time.") ? CharSequence.class : String.class);
        if (Modifier.isStatic(method.getModifiers()) && type.isAssignableFrom(method.getReturnType())) {
          return call(method, null, text);
        }
      } catch (NoSuchMethodException e) {
        continue;
      }
    }
    try {
      return make(type.getConstructor(String.class), text);
    } catch (NoSuchMethodException e) {
      throw mismatch(tree, type);
    }
  }

  private static Object number(Object tree, Class<?> type) {
    if (tree instanceof Boolean) {
      throw mismatch(tree, type);
    }
    if (tree instanceof String && ((String) tree).trim().isEmpty()) {
      return type.isPrimitive() ? Array.get(Array.newInstance(type, 1), 0) : null;
    }
    BigDecimal exact = new BigDecimal(tree.toString().trim());
    if (type == int.class || type == Integer.class) {
      return exact.toBigInteger().intValueExact();
    }
    if (type == long.class || type == Long.class) {
      return exact.toBigInteger().longValueExact();
    }
    if (type == double.class || type == Double.class) {
      return exact.doubleValue();
    }
    if (type == float.class || type == Float.class) {
      return exact.floatValue();
    }
    if (type == short.class || type == Short.class) {
      return exact.toBigInteger().shortValueExact();
    }
    if (type == byte.class || type == Byte.class) {
      return exact.toBigInteger().byteValueExact();
    }
    if (type == BigInteger.class) {
      return exact.toBigInteger();
    }
    return type == BigDecimal.class ? exact : tree;
  }

  private static Object readArray(Object tree, Type item, Map<TypeVariable<?>, Type> bound) {
    if (tree == null) {
      return null;
    }
    List<?> list = tree instanceof List ? (List<?>) tree : List.of(tree);
    Object out = Array.newInstance(raw(item), list.size());
    for (int i = 0; i < list.size(); i++) {
      Array.set(out, i, read(list.get(i), item, bound));
    }
    return out;
  }

  private static Class<?> raw(Type type) {
    if (type instanceof Class) {
      return (Class<?>) type;
    }
    return type instanceof ParameterizedType ? (Class<?>) ((ParameterizedType) type).getRawType() : Object.class;
  }

  @SuppressWarnings("unchecked")
  private static Object readCollection(Object tree, Class<?> type, Type item, Map<TypeVariable<?>, Type> bound) {
    Collection<Object> out;
    if (!type.isInterface() && !Modifier.isAbstract(type.getModifiers())) {
      out = (Collection<Object>) make(constructor(type));
    } else if (SortedSet.class.isAssignableFrom(type)) {
      out = new TreeSet<>();
    } else if (Set.class.isAssignableFrom(type)) {
      out = new LinkedHashSet<>();
    } else {
      out = new ArrayList<>();
    }
    for (Object value : tree instanceof List ? (List<?>) tree : java.util.Collections.singletonList(tree)) {
      out.add(read(value, item, bound));
    }
    return out;
  }

  @SuppressWarnings("unchecked")
  private static Object readMap(Object tree, Class<?> type, Type[] arguments, Map<TypeVariable<?>, Type> bound) {
    if (!(tree instanceof Map)) {
      throw mismatch(tree, type);
    }
    Map<Object, Object> out;
    if (!type.isInterface() && !Modifier.isAbstract(type.getModifiers())) {
      out = (Map<Object, Object>) make(constructor(type));
    } else {
      out = SortedMap.class.isAssignableFrom(type) ? new TreeMap<>() : new LinkedHashMap<>();
    }
    for (Map.Entry<?, ?> entry : ((Map<?, ?>) tree).entrySet()) {
      out.put(read(entry.getKey(), argument(arguments, 0), bound), read(entry.getValue(), argument(arguments, 1), bound));
    }
    return out;
  }

  private static Object readBean(Map<?, ?> tree, Class<?> type, Map<TypeVariable<?>, Type> bound) {
    if (type.isPrimitive() || type == String.class || Number.class.isAssignableFrom(type) || type == Boolean.class || type.isEnum()) {
      throw mismatch(tree, type);
    }
    if (type.getSuperclass() != null && type.getSuperclass().getName().equals("java.lang.Record")) {
      return readRecord(tree, type, bound);
    }
    boolean event = type.getName().startsWith(EVENTS);
    Object out = make(constructor(type));
    Map<String, AnnotatedElement> setters = setters(type, event);
    for (Map.Entry<?, ?> entry : tree.entrySet()) {
      String name = (String) entry.getKey();
      AnnotatedElement setter = setters.get(event ? name.toLowerCase() : name);
      if (setter == null) {
        continue;
      }
      Type wanted = setter instanceof Field ? ((Field) setter).getGenericType() : ((Method) setter).getGenericParameterTypes()[0];
      Object value = event && wanted == Date.class && entry.getValue() instanceof Number
          ? new Date((long) (((Number) entry.getValue()).doubleValue() * 1000)) : read(entry.getValue(), wanted, bound);
      if (setter instanceof Method) {
        call((Method) setter, out, value);
      } else {
        set((Field) setter, out, value);
      }
    }
    return out;
  }

  private static Object readRecord(Map<?, ?> tree, Class<?> type, Map<TypeVariable<?>, Type> bound) {
    List<Class<?>> types = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    for (Field field : type.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        types.add(field.getType());
        values.add(read(tree.get(field.getName()), field.getGenericType(), bound));
      }
    }
    try {
      Constructor<?> canonical = type.getDeclaredConstructor(types.toArray(new Class<?>[0]));
      canonical.setAccessible(true);
      return make(canonical, values.toArray());
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException("Cannot construct instance of `" + type.getName() + "`", e);
    }
  }

  private static Map<String, AnnotatedElement> setters(Class<?> type, boolean anyCase) {
    Map<String, AnnotatedElement> out = new HashMap<>();
    for (Field field : type.getFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        out.put(anyCase ? field.getName().toLowerCase() : field.getName(), field);
      }
    }
    for (Method method : type.getMethods()) {
      if (method.getName().startsWith("set") && method.getName().length() > 3 && method.getParameterCount() == 1
          && !Modifier.isStatic(method.getModifiers()) && !method.isBridge()) {
        String name = property(method.getName().substring(3));
        out.put(anyCase ? name.toLowerCase() : name, method);
      }
    }
    return out;
  }

  // From the function's types.

  static Object tree(Object value) {
    return tree(value, 0);
  }

  private static Object tree(Object value, int depth) {
    if (depth > 1000) {
      throw new IllegalArgumentException("Document nesting depth (1001) exceeds the maximum allowed (1000)");
    }
    if (value == null || value instanceof Boolean || value instanceof Number || value instanceof CharSequence
        || value instanceof Character) {
      return value;
    }
    if (value instanceof Enum) {
      return ((Enum<?>) value).name();
    }
    if (value instanceof Optional) {
      return tree(((Optional<?>) value).orElse(null), depth + 1);
    }
    if (value instanceof Date) {
      return ((Date) value).getTime();
    }
    if (value instanceof byte[]) {
      return Base64.getEncoder().encodeToString((byte[]) value);
    }
    if (value instanceof ByteBuffer) {
      ByteBuffer copy = ((ByteBuffer) value).duplicate();
      byte[] bytes = new byte[copy.remaining()];
      copy.get(bytes);
      return Base64.getEncoder().encodeToString(bytes);
    }
    if (value instanceof char[]) {
      return new String((char[]) value);
    }
    if (value instanceof Map) {
      Map<String, Object> out = new LinkedHashMap<>();
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        if (entry.getValue() != null) {
          out.put(String.valueOf(entry.getKey()), tree(entry.getValue(), depth + 1));
        }
      }
      return out;
    }
    if (value instanceof Iterable && !value.getClass().getName().startsWith("sun.nio.")) {
      List<Object> out = new ArrayList<>();
      for (Object item : (Iterable<?>) value) {
        out.add(tree(item, depth + 1));
      }
      return out;
    }
    if (value.getClass().isArray()) {
      List<Object> out = new ArrayList<>();
      for (int i = 0; i < Array.getLength(value); i++) {
        out.add(tree(Array.get(value, i), depth + 1));
      }
      return out;
    }
    if (value.getClass().getName().startsWith("java.") || value.getClass().getName().startsWith("org.joda.")) {
      return value.toString();
    }
    return beanTree(value, depth);
  }

  private static Map<String, Object> beanTree(Object bean, int depth) {
    Class<?> type = bean.getClass();
    boolean event = type.getName().startsWith(EVENTS);
    Map<String, Object> out = new LinkedHashMap<>();
    Map<String, Method> getters = getters(type);
    // In the order of the fields, of which some are public and others have getters.
    for (Field field : fields(type)) {
      Method getter = getters.remove(field.getName());
      if (getter != null) {
        put(out, field.getName(), call(getter, bean), event, depth);
      } else if (Modifier.isPublic(field.getModifiers())) {
        put(out, field.getName(), get(field, bean), event, depth);
      }
    }
    for (Map.Entry<String, Method> getter : getters.entrySet()) {
      put(out, getter.getKey(), call(getter.getValue(), bean), event, depth);
    }
    return out;
  }

  private static void put(Map<String, Object> out, String name, Object value, boolean event, int depth) {
    if (event && value instanceof Date) {
      out.put(name, ((Date) value).getTime() / 1000.0);
    } else if (value != null) {
      out.put(name, tree(value, depth + 1));
    }
  }

  private static List<Field> fields(Class<?> type) {
    List<Field> out = type.getSuperclass() == null ? new ArrayList<>() : fields(type.getSuperclass());
    for (Field field : type.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers()) && !field.isSynthetic()) {
        out.add(field);
      }
    }
    return out;
  }

  private static Map<String, Method> getters(Class<?> type) {
    Map<String, Method> out = new LinkedHashMap<>();
    boolean record = type.getSuperclass() != null && type.getSuperclass().getName().equals("java.lang.Record");
    for (Method method : type.getMethods()) {
      if (method.getParameterCount() > 0 || Modifier.isStatic(method.getModifiers()) || method.isBridge()
          || method.getDeclaringClass() == Object.class || method.getReturnType() == void.class) {
        continue;
      }
      String name = method.getName();
      boolean truth = method.getReturnType() == boolean.class || method.getReturnType() == Boolean.class;
      if (record && method.getDeclaringClass() == type && fields(type).stream().anyMatch(f -> f.getName().equals(name))) {
        out.put(name, method);
      } else if (name.startsWith("get") && name.length() > 3) {
        out.put(property(name.substring(3)), method);
      } else if (name.startsWith("is") && name.length() > 2 && truth) {
        out.putIfAbsent(property(name.substring(2)), method);
      }
    }
    return out;
  }

  /** "Name" is name, "URL" stays. */
  private static String property(String name) {
    if (name.length() > 1 && Character.isUpperCase(name.charAt(0)) && Character.isUpperCase(name.charAt(1))) {
      return name;
    }
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  // Reflection without its checked exceptions.

  static Constructor<?> constructor(Class<?> type) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException("Cannot construct instance of `" + type.getName() + "` (no Creators, like default constructor, exist)");
    }
  }

  private static Object make(Constructor<?> constructor, Object... arguments) {
    try {
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw Faults.unchecked(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Object call(Method method, Object target, Object... arguments) {
    try {
      method.setAccessible(true);
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw Faults.unchecked(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Object get(Field field, Object target) {
    try {
      field.setAccessible(true);
      return field.get(target);
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static void set(Field field, Object target, Object value) {
    try {
      field.setAccessible(true);
      field.set(target, value);
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
