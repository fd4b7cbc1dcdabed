package dev.weft;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/**
 * One line of what a node may do: a right, allowed or denied, for all subjects that a pattern covers. Written as
 * {@code send:orders}, {@code join:team-*}, {@code broker}, and {@code -send:payroll} where it denies.
 *
 * @param pattern a name, or the beginning of one and {@code *}; empty where the right is about nothing
 */
public record Permission(Effect effect, Right right, String pattern) implements Comparable<Permission> {
    /** The longest pattern, in bytes of UTF-8. */
    public static final int PATTERN_BYTES_MAX = 128;

    private static final Comparator<Permission> ORDER = Comparator.comparing(Permission::right)
            .thenComparing(Permission::pattern)
            .thenComparing(Permission::effect);

    /** What follows where the pattern covers the subject. */
    public enum Effect {
        ALLOW,
        /** Wins over every ALLOW. */
        DENY
    }

    public Permission {
        int star = pattern.indexOf('*');
        if (star >= 0 && star < pattern.length() - 1) {
            throw new IllegalArgumentException("pattern '" + pattern + "' has a * before its end");
        }
        byte[] bytes = pattern.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > PATTERN_BYTES_MAX
                || pattern.chars().anyMatch(Character::isISOControl)
                || !new String(bytes, StandardCharsets.UTF_8).equals(pattern)) {
            throw new IllegalArgumentException(
                    "a pattern has at most " + PATTERN_BYTES_MAX + " bytes of UTF-8 and no control characters");
        }
        if (right.subject() == Right.Subject.NONE && !pattern.isEmpty()) {
            throw new IllegalArgumentException("the right " + right + " is about nothing, so it has no pattern");
        }
    }

    public static Permission allow(Right right, String pattern) {
        return new Permission(Effect.ALLOW, right, pattern);
    }

    public static Permission deny(Right right, String pattern) {
        return new Permission(Effect.DENY, right, pattern);
    }

    /**
     * Reads what {@link #toString} has written.
     *
     * @throws IllegalArgumentException if that is no permission
     */
    public static Permission parse(String text) {
        Effect effect = text.startsWith("-") ? Effect.DENY : Effect.ALLOW;
        String plain = effect == Effect.DENY ? text.substring(1) : text;
        int colon = plain.indexOf(':');
        String word = colon < 0 ? plain : plain.substring(0, colon);
        Right right = Right.ofWord(word)
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "'" + text
                                        + "' is no permission: it begins with one of send:, join:, call:, offer:, broker, query, administer"));
        if (right.subject() == Right.Subject.NAMED && colon < 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' must say what for, as in " + word + ":name or " + word + ":* for all");
        }
        return new Permission(effect, right, colon < 0 ? "" : plain.substring(colon + 1));
    }

    /** Whether this speaks of that right to that subject. */
    public boolean covers(Right asked, String subject) {
        if (asked != right) {
            return false;
        }
        return pattern.endsWith("*")
                ? subject.startsWith(pattern.substring(0, pattern.length() - 1))
                : subject.equals(pattern);
    }

    @Override
    public int compareTo(Permission other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        String sign = effect == Effect.DENY ? "-" : "";
        return sign + right + (right.subject() == Right.Subject.NAMED ? ":" + pattern : "");
    }
}
