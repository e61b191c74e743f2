package puddle.runtime;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON text and the tree of it: Map, List, String, Boolean, null, Integer, Long, BigInteger, Double. */
final class Json {
  private static final int MAX_DEPTH = 1000;
  private final String text;
  private int at;
  private int depth;

  private Json(String text) {
    this.text = text;
  }

  static Object parse(String text) {
    Json json = new Json(text);
    Object value = json.value();
    json.space();
    if (json.at < text.length()) {
      throw json.unexpected();
    }
    return value;
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException(at >= text.length() ? "Unexpected end of JSON input"
        : "Unexpected character ('" + text.charAt(at) + "') at offset " + at);
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char next() {
    space();
    if (at >= text.length()) {
      throw unexpected();
    }
    return text.charAt(at);
  }

  private void expect(char wanted) {
    if (next() != wanted) {
      throw unexpected();
    }
    at++;
  }

  private Object value() {
    switch (next()) {
      case '{': return object();
      case '[': return array();
      case '"': return string();
      case 't': return word("true", Boolean.TRUE);
      case 'f': return word("false", Boolean.FALSE);
      case 'n': return word("null", null);
      default: return number();
    }
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return value;
  }

  private void enter() {
    if (++depth > MAX_DEPTH) {
      throw new IllegalArgumentException("Document nesting depth exceeds the maximum allowed (" + MAX_DEPTH + ")");
    }
    at++;
  }

  private Map<String, Object> object() {
    enter();
    Map<String, Object> out = new LinkedHashMap<>();
    if (next() != '}') {
      while (true) {
        if (next() != '"') {
          throw unexpected();
        }
        String name = string();
        expect(':');
        out.put(name, value());
        if (next() != ',') {
          break;
        }
        at++;
      }
    }
    expect('}');
    depth--;
    return out;
  }

  private List<Object> array() {
    enter();
    List<Object> out = new ArrayList<>();
    if (next() != ']') {
      while (true) {
        out.add(value());
        if (next() != ',') {
          break;
        }
        at++;
      }
    }
    expect(']');
    depth--;
    return out;
  }

  private String string() {
    at++;
    StringBuilder out = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return out.toString();
      }
      out.append(c == '\\' ? escape() : c);
    }
    throw unexpected();
  }

  private char escape() {
    if (at >= text.length()) {
      throw unexpected();
    }
    char c = text.charAt(at++);
    switch (c) {
      case 'b': return '\b';
      case 'f': return '\f';
      case 'n': return '\n';
      case 'r': return '\r';
      case 't': return '\t';
      case 'u':
        if (at + 4 > text.length()) {
          throw unexpected();
        }
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 4, at), 16);
      default: return c;
    }
  }

  private Object number() {
    int from = at;
    boolean whole = true;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      whole = whole && ".eE".indexOf(text.charAt(at)) < 0;
      at++;
    }
    String digits = text.substring(from, at);
    try {
      if (!whole) {
        return Double.valueOf(digits);
      }
      BigInteger exact = new BigInteger(digits);
      if (exact.bitLength() < 32) {
        return exact.intValue();
      }
      return exact.bitLength() < 64 ? (Object) exact.longValue() : exact;
    } catch (NumberFormatException e) {
      at = from;
      throw unexpected();
    }
  }

  /** Of a tree, as Beans.tree makes it. */
  static String write(Object tree) {
    StringBuilder out = new StringBuilder();
    write(out, tree);
    return out.toString();
  }

  private static void write(StringBuilder out, Object value) {
    if (value instanceof Map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        quote(out.append(separator), String.valueOf(entry.getKey()));
        write(out.append(':'), entry.getValue());
        separator = ",";
      }
      out.append(separator.equals("{") ? "{}" : "}");
    } else if (value instanceof List) {
      String separator = "[";
      for (Object item : (List<?>) value) {
        write(out.append(separator), item);
        separator = ",";
      }
      out.append(separator.equals("[") ? "[]" : "]");
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      out.append(Double.isNaN(number) || Double.isInfinite(number) ? "\"" + value + "\"" : value.toString());
    } else if (value == null || value instanceof Boolean || value instanceof BigDecimal || value instanceof Number) {
      out.append(value);
    } else {
      quote(out, value.toString());
    }
  }

  private static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int special = "\"\\\b\f\n\r\t".indexOf(c);
      if (special >= 0) {
        out.append('\\').append("\"\\bfnrt".charAt(special));
      } else if (c < ' ') {
        out.append(String.format("\\u%04X", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
