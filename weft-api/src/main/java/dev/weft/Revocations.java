package dev.weft;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * What the authority of a mesh has taken back, signed. Of two lists the one with the higher number holds. Immutable.
 * Laid out in docs/protocol.md, "Revocations".
 */
public final class Revocations {
    public static final int ENTRIES_MAX = 1_024;

    /** The largest list. */
    public static final int BYTES_MAX = 3 + AuthorityKey.ID_BYTES + 8 + 8 + 65 + 2 + 24 * ENTRIES_MAX + 64;

    static final String SIGNATURE_LABEL = "weft/1 revocations";

    private static final String LABEL = "REVOCATIONS";

    private final Content content;
    private final byte[] signed;
    private final byte[] signature;
    private final TreeMap<NodeId, Long> serials = new TreeMap<>();

    /**
     * One node of which credentials are taken back.
     *
     * @param serialMax every credential of that node up to this one; {@link #ALL} takes back the node itself
     */
    public record Entry(NodeId node, long serialMax) {
        public static final long ALL = Long.MAX_VALUE;

        public Entry {
            if (serialMax < 1) {
                throw new IllegalArgumentException("a serial number is from 1");
            }
        }
    }

    /**
     * What is signed.
     *
     * @param number of the list, from 1; each one takes the place of those before it
     * @param issued in whole seconds
     * @param entries in order of node, one each, at most {@value #ENTRIES_MAX}
     */
    public record Content(String authority, String mesh, long number, Instant issued, List<Entry> entries) {
        public Content {
            Credential.requireHeading(authority, mesh);
            if (number < 1) {
                throw new IllegalArgumentException("lists are numbered from 1");
            }
            Credential.requireSecond(issued);
            entries = List.copyOf(entries);
            if (entries.size() > ENTRIES_MAX) {
                throw new IllegalArgumentException(entries.size() + " entries: at most " + ENTRIES_MAX + " can be");
            }
            for (int i = 1; i < entries.size(); i++) {
                if (entries.get(i - 1).node().compareTo(entries.get(i).node()) >= 0) {
                    throw new IllegalArgumentException("the entries are not in order of node");
                }
            }
        }

        byte[] encode() {
            SignedWriter out = new SignedWriter('R')
                    .bytes(java.util.HexFormat.of().parseHex(authority))
                    .number(number, 8)
                    .number(issued.getEpochSecond(), 8)
                    .text(mesh)
                    .number(entries.size(), 2);
            for (Entry entry : entries) {
                out.node(entry.node()).number(entry.serialMax(), 8);
            }
            return out.toByteArray();
        }
    }

    private Revocations(Content content, byte[] signed, byte[] signature) {
        this.content = content;
        this.signed = signed;
        this.signature = signature;
        for (Entry entry : content.entries()) {
            serials.put(entry.node(), entry.serialMax());
        }
    }

    /** A list with a signature, which nobody has checked. */
    public static Revocations of(Content content, byte[] signature) {
        if (signature.length != Signing.SIGNATURE_BYTES) {
            throw new IllegalArgumentException(
                    "a signature has " + Signing.SIGNATURE_BYTES + " bytes, this one " + signature.length);
        }
        return new Revocations(content, content.encode(), signature.clone());
    }

    /**
     * Reads what {@link #bytes} has given. The signature is not checked.
     *
     * @throws IllegalArgumentException if those bytes are no list, or one not written as it must be
     */
    public static Revocations decode(byte[] bytes) {
        SignedReader in = new SignedReader("list of revocations", bytes, BYTES_MAX, 'R');
        String authority = java.util.HexFormat.of().formatHex(in.bytes(AuthorityKey.ID_BYTES));
        long number = in.number(8);
        Instant issued = Credential.second(in.number(8));
        String mesh = in.text();
        int count = (int) in.number(2);
        if (count > ENTRIES_MAX) {
            throw new IllegalArgumentException("no list of revocations: " + count + " entries");
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(new Entry(in.node(), in.number(8)));
        }
        byte[] signature = in.signature();
        return of(new Content(authority, mesh, number, issued, entries), signature);
    }

    /** @throws IllegalArgumentException if that is no list as {@link #text} writes it */
    public static Revocations parse(String text) {
        return decode(Armour.unwrap(LABEL, text));
    }

    /**
     * Reads a list from a file.
     *
     * @throws IllegalArgumentException if there is none in it
     */
    public static Revocations readFile(Path file) throws IOException {
        try {
            return parse(Armour.read(file));
        } catch (IllegalArgumentException e) {
            throw Armour.in(file, e);
        }
    }

    public Content content() {
        return content;
    }

    /** Whether that credential of that node is taken back. */
    public boolean revokes(NodeId node, long serial) {
        Long serialMax = serials.get(node);
        return serialMax != null && serial <= serialMax;
    }

    /** Whether every credential of that node is taken back, those of later too. */
    public boolean revokes(NodeId node) {
        Long serialMax = serials.get(node);
        return serialMax != null && serialMax == Entry.ALL;
    }

    /** What is signed; the label is put before it. */
    public byte[] signedBytes() {
        return signed.clone();
    }

    public byte[] signature() {
        return signature.clone();
    }

    /** All of it. */
    public byte[] bytes() {
        return Signing.join(signed, signature);
    }

    /** For files and mail. */
    public String text() {
        return "# revocations " + content.number() + " of mesh " + content.mesh() + ", issued " + content.issued()
                + ", " + content.entries().size() + " entries\n" + Armour.wrap(LABEL, bytes());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Revocations that
                && Arrays.equals(signed, that.signed)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }

    @Override
    public String toString() {
        return "revocations " + content.number() + " of mesh " + content.mesh();
    }
}
