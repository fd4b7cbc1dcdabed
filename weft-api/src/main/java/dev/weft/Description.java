package dev.weft;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a node says of itself to all of its mesh, beside its name: every node keeps it, so it is to be short, and a
 * change costs every node a message. Immutable; every instance is valid: a word is not empty, occurs once, has at most
 * 128 bytes of UTF-8 and no control character, and all words together have at most 8,192 bytes. What is not is refused
 * with an {@link IllegalArgumentException}.
 *
 * @param groups the groups it is a member of, apart from {@code ""}, in which everyone is: at most 256
 * @param tags its labels: at most 64
 * @param attributes its named values: at most 64
 * @param bandwidth what it can receive and send
 */
public record Description(
        List<String> groups, List<String> tags, SortedMap<String, String> attributes, Peer.Bandwidth bandwidth) {
    public static final Description EMPTY =
            new Description(List.of(), List.of(), Collections.emptySortedMap(), Peer.Bandwidth.UNKNOWN);

    public static final int GROUPS_MAX = 256;
    public static final int TAGS_MAX = 64;
    public static final int ATTRIBUTES_MAX = 64;
    public static final int WORD_BYTES_MAX = 128;
    public static final int BYTES_MAX = 8_192;

    public Description {
        groups = List.copyOf(groups);
        tags = List.copyOf(tags);
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
        int bytes = words("group", groups, GROUPS_MAX)
                + words("tag", tags, TAGS_MAX)
                + words("attribute", attributes.keySet(), ATTRIBUTES_MAX);
        for (String value : attributes.values()) {
            bytes += text("the value of an attribute", value);
        }
        if (bytes > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "groups, tags and attributes have " + bytes + " bytes, at most " + BYTES_MAX + " are allowed");
        }
        if (bandwidth.receiveBitsPerSecond() < 0 || bandwidth.sendBitsPerSecond() < 0) {
            throw new IllegalArgumentException("a bandwidth must not be negative: " + bandwidth);
        }
    }

    public Description withGroups(List<String> changed) {
        return new Description(changed, tags, attributes, bandwidth);
    }

    public Description withTags(List<String> changed) {
        return new Description(groups, changed, attributes, bandwidth);
    }

    public Description withAttributes(SortedMap<String, String> changed) {
        return new Description(groups, tags, changed, bandwidth);
    }

    /** With one attribute more, or another value of it. */
    public Description withAttribute(String key, String value) {
        TreeMap<String, String> changed = new TreeMap<>(attributes);
        changed.put(key, value);
        return withAttributes(changed);
    }

    public Description withoutAttribute(String key) {
        TreeMap<String, String> changed = new TreeMap<>(attributes);
        changed.remove(key);
        return withAttributes(changed);
    }

    public Description withBandwidth(Peer.Bandwidth changed) {
        return new Description(groups, tags, attributes, changed);
    }

    private static int words(String what, Collection<String> words, int max) {
        if (words.size() > max) {
            throw new IllegalArgumentException(words.size() + " " + what + "s, at most " + max + " are allowed");
        }
        int bytes = 0;
        List<String> seen = new ArrayList<>();
        for (String word : words) {
            if (word.isEmpty()) {
                throw new IllegalArgumentException("a " + what + " must not be empty");
            }
            if (seen.contains(word)) {
                throw new IllegalArgumentException(what + " '" + word + "' is named twice");
            }
            seen.add(word);
            bytes += text("a " + what, word);
        }
        return bytes;
    }

    private static int text(String what, String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > WORD_BYTES_MAX) {
            throw new IllegalArgumentException(
                    what + " has " + bytes + " bytes, at most " + WORD_BYTES_MAX + " are allowed");
        }
        if (text.codePoints().anyMatch(Description::isUnprintable)) {
            throw new IllegalArgumentException(what + " holds a control character or half of a character");
        }
        return bytes;
    }

    private static boolean isUnprintable(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE;
    }
}
