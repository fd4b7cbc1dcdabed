package dev.weft.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON (RFC 8259) strictly, so that what the command writes is judged by something that did not write it. */
final class JsonText {
    private final String text;
    private int at;

    private final Map<String, Object> fields;

    private JsonText(String text) {
        this.text = text;
        Object value = value();
        if (at != text.length() || !(value instanceof Map<?, ?> map)) {
            throw new AssertionError("not one object: " + text);
        }
        fields = new LinkedHashMap<>();
        map.forEach((key, field) -> fields.put((String) key, field));
    }

    static JsonText parse(String line) {
        return new JsonText(line);
    }

    /** In the order in which they stand. */
    List<String> keys() {
        return List.copyOf(fields.keySet());
    }

    Object field(String key) {
        Object value = fields.get(key);
        if (value == null) {
            throw new AssertionError("no " + key + " in " + text);
        }
        return value;
    }

    private Object value() {
        char c = peek();
        if (c == '{') {
            return object();
        }
        if (c == '[') {
            return array();
        }
        if (c == '"') {
            return string();
        }
        for (String word : List.of("true", "false", "null")) {
            if (text.startsWith(word, at)) {
                at += word.length();
                return word;
            }
        }
        int from = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String number = text.substring(from, at);
        if (!number.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?")) {
            throw new AssertionError("no number at " + from + " of " + text);
        }
        return number;
    }

    private Map<String, Object> object() {
        Map<String, Object> read = new LinkedHashMap<>();
        at++;
        if (peek() == '}') {
            at++;
            return read;
        }
        while (true) {
            String key = string();
            expect(':');
            if (read.put(key, value()) != null) {
                throw new AssertionError(key + " twice in " + text);
            }
            if (peek() == '}') {
                at++;
                return read;
            }
            expect(',');
        }
    }

    private List<Object> array() {
        List<Object> read = new ArrayList<>();
        at++;
        if (peek() == ']') {
            at++;
            return read;
        }
        while (true) {
            read.add(value());
            if (peek() == ']') {
                at++;
                return read;
            }
            expect(',');
        }
    }

    private String string() {
        StringBuilder read = new StringBuilder();
        expect('"');
        while (peek() != '"') {
            char c = text.charAt(at++);
            if (c < 0x20) {
                throw new AssertionError("a bare control character in " + text);
            }
            if (c != '\\') {
                read.append(c);
                continue;
            }
            char escape = text.charAt(at++);
            if (escape == 'u') {
                read.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                at += 4;
            } else {
                int index = "\"\\/bfnrt".indexOf(escape);
                if (index < 0) {
                    throw new AssertionError("no escape: " + escape);
                }
                read.append("\"\\/\b\f\n\r\t".charAt(index));
            }
        }
        at++;
        return read.toString();
    }

    private void expect(char c) {
        if (peek() != c) {
            throw new AssertionError("no " + c + " at " + at + " of " + text);
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw new AssertionError("cut short: " + text);
        }
        return text.charAt(at);
    }
}
