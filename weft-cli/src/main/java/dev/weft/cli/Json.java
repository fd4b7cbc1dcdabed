package dev.weft.cli;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes JSON on one line, keys in the order they were put. */
final class Json {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    /** @param value text, number, boolean, null as {@link #NULL}, or maps and collections of these */
    Json put(String key, Object value) {
        fields.put(key, value);
        return this;
    }

    /** Absent. */
    static final Object NULL = new Object();

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        write(out, fields);
        return out.toString();
    }

    private static void write(StringBuilder out, Object value) {
        if (value == NULL) {
            out.append("null");
        } else if (value instanceof Json nested) {
            write(out, nested.fields);
        } else if (value instanceof Map<?, ?> map) {
            out.append('{');
            String separator = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                text(out, String.valueOf(entry.getKey()));
                out.append(':');
                write(out, entry.getValue());
                separator = ",";
            }
            out.append('}');
        } else if (value instanceof Collection<?> items) {
            out.append('[');
            String separator = "";
            for (Object item : items) {
                out.append(separator);
                write(out, item);
                separator = ",";
            }
            out.append(']');
        } else if (value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            text(out, String.valueOf(value));
        }
    }

    private static void text(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    // JSON is read by terminals too, which some characters would steer.
                    if (Text.isHarmless(c)) {
                        out.appendCodePoint(c);
                    } else {
                        for (char half : Character.toChars(c)) {
                            out.append(String.format("\\u%04x", (int) half));
                        }
                    }
                }
            }
        }
        out.append('"');
    }
}
