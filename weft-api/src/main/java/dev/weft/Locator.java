package dev.weft;

/**
 * Where a node can be reached: {@code scheme/address}, for example {@code tcp/10.0.0.7:7400},
 * {@code tcp/[fd77::1]:7400}, {@code unix//run/user/1000/weft/a.sock}, or {@code shm//run/user/1000/weft/a.shm} for memory
 * that is shared with whoever comes to that socket.
 *
 * @param scheme names the transport: 1 to 16 lower-case letters and digits
 * @param address what that transport dials: 1 to 200 characters, none of them a control character or half of one
 */
public record Locator(String scheme, String address) implements Comparable<Locator> {
    /** The longest scheme, in characters. */
    public static final int SCHEME_CHARS_MAX = 16;

    /** The longest address, in characters. */
    public static final int ADDRESS_CHARS_MAX = 200;

    public Locator {
        if (scheme.isEmpty()
                || scheme.length() > SCHEME_CHARS_MAX
                || !scheme.chars().allMatch(Locator::isSchemeChar)) {
            throw new IllegalArgumentException("locator scheme '" + scheme
                    + "' must be 1 to 16 lower-case letters and digits, as in tcp/host:port");
        }
        if (address.isEmpty() || address.length() > ADDRESS_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "a locator's address must have 1 to 200 characters, this one has " + address.length());
        }
        // It is written to files of lines and to terminals, and comes from the network.
        if (address.codePoints().anyMatch(Locator::isUnprintable)) {
            throw new IllegalArgumentException("a locator's address must have no control characters");
        }
    }

    /**
     * Parses {@code scheme/address}.
     *
     * @throws IllegalArgumentException if there is no slash, or a part is empty, too long or of other characters
     */
    public static Locator parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "locator '" + text + "' has no scheme: write it as tcp/host:port or unix/path");
        }
        return new Locator(text.substring(0, slash), text.substring(slash + 1));
    }

    private static boolean isSchemeChar(int c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }

    private static boolean isUnprintable(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE;
    }

    @Override
    public int compareTo(Locator other) {
        int byScheme = scheme.compareTo(other.scheme);
        return byScheme != 0 ? byScheme : address.compareTo(other.address);
    }

    @Override
    public String toString() {
        return scheme + "/" + address;
    }
}
