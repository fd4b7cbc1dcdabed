package dev.weft;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * What the authority of a mesh says of one node, signed: that it belongs to it, under which name, what it may do and
 * how long. No secret: it is worth nothing without the key of the node it names. Immutable. Laid out in
 * docs/protocol.md, "Credentials".
 */
public final class Credential {
    /** The largest credential. */
    public static final int BYTES_MAX = 4_096;

    public static final int SIGNATURE_BYTES = Signing.SIGNATURE_BYTES;
    public static final int PERMISSIONS_MAX = 64;

    static final String SIGNATURE_LABEL = "weft/1 credential";

    private static final String LABEL = "CREDENTIAL";
    private static final int NAME_BYTES_MAX = 64;
    private static final int FINGERPRINT_CHARS = 2 * AuthorityKey.ID_BYTES;
    private static final long SECONDS_MAX =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private final Grant grant;
    private final byte[] content;
    private final byte[] signature;

    /**
     * What is signed.
     *
     * @param authority the fingerprint of the authority's key
     * @param name of the node: 1 to 64 bytes
     * @param serial of the credential, from 1; a later one of the same authority has a higher one
     * @param notBefore in whole seconds
     * @param notAfter in whole seconds
     * @param roles in their order
     * @param permissions in their order, at most {@value #PERMISSIONS_MAX}
     */
    public record Grant(
            String authority,
            String mesh,
            NodeId node,
            String name,
            long serial,
            Instant notBefore,
            Instant notAfter,
            List<Role> roles,
            List<Permission> permissions) {
        public Grant {
            requireHeading(authority, mesh);
            if (node.equals(NodeId.ZERO)) {
                throw new IllegalArgumentException("a credential names a node");
            }
            requireName(name);
            if (serial < 1) {
                throw new IllegalArgumentException("a serial number is from 1");
            }
            requireSecond(notBefore);
            requireSecond(notAfter);
            if (!notBefore.isBefore(notAfter)) {
                throw new IllegalArgumentException("it ends (" + notAfter + ") before it begins (" + notBefore + ")");
            }
            roles = List.copyOf(new TreeSet<>(roles));
            permissions = List.copyOf(new TreeSet<>(permissions));
            if (permissions.size() > PERMISSIONS_MAX) {
                throw new IllegalArgumentException(
                        permissions.size() + " permissions: at most " + PERMISSIONS_MAX + " can be");
            }
        }

        /** What the node may do. */
        public Policy policy() {
            return Policy.of(roles, permissions);
        }

        byte[] encode() {
            int roleBits = 0;
            for (Role role : roles) {
                roleBits |= role.bit();
            }
            SignedWriter out = new SignedWriter('C')
                    .bytes(java.util.HexFormat.of().parseHex(authority))
                    .node(node)
                    .number(serial, 8)
                    .number(notBefore.getEpochSecond(), 8)
                    .number(notAfter.getEpochSecond(), 8)
                    .text(mesh)
                    .text(name)
                    .number(roleBits, 1)
                    .number(permissions.size(), 1);
            for (Permission permission : permissions) {
                int denied = permission.effect() == Permission.Effect.DENY ? 0x80 : 0;
                out.number(permission.right().code() | denied, 1).text(permission.pattern());
            }
            byte[] content = out.toByteArray();
            if (content.length + SIGNATURE_BYTES > BYTES_MAX) {
                throw new IllegalArgumentException("a credential of " + (content.length + SIGNATURE_BYTES)
                        + " bytes: at most " + BYTES_MAX + " can be; name fewer permissions, or patterns");
            }
            return content;
        }
    }

    private Credential(Grant grant, byte[] content, byte[] signature) {
        this.grant = grant;
        this.content = content;
        this.signature = signature;
    }

    /** A grant with a signature, which nobody has checked. */
    public static Credential of(Grant grant, byte[] signature) {
        if (signature.length != SIGNATURE_BYTES) {
            throw new IllegalArgumentException(
                    "a signature has " + SIGNATURE_BYTES + " bytes, this one " + signature.length);
        }
        return new Credential(grant, grant.encode(), signature.clone());
    }

    /**
     * Reads what {@link #bytes} has given. The signature is not checked.
     *
     * @throws IllegalArgumentException if those bytes are no credential, or one not written as it must be
     */
    public static Credential decode(byte[] bytes) {
        SignedReader in = new SignedReader("credential", bytes, BYTES_MAX, 'C');
        String authority = java.util.HexFormat.of().formatHex(in.bytes(AuthorityKey.ID_BYTES));
        NodeId node = in.node();
        long serial = in.number(8);
        Instant notBefore = second(in.number(8));
        Instant notAfter = second(in.number(8));
        String mesh = in.text();
        String name = in.text();
        List<Role> roles = roles((int) in.number(1));
        int count = (int) in.number(1);
        if (count > PERMISSIONS_MAX) {
            throw new IllegalArgumentException("no credential: " + count + " permissions");
        }
        List<Permission> permissions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int code = (int) in.number(1);
            Right right = Right.ofCode(code & 0x7f)
                    .orElseThrow(() -> new IllegalArgumentException("no credential: an unknown right"));
            Permission.Effect effect = (code & 0x80) == 0 ? Permission.Effect.ALLOW : Permission.Effect.DENY;
            permissions.add(new Permission(effect, right, in.text()));
        }
        byte[] signature = in.signature();
        Grant grant = new Grant(authority, mesh, node, name, serial, notBefore, notAfter, roles, permissions);
        Credential credential = of(grant, signature);
        if (!Arrays.equals(credential.bytes(), bytes)) {
            throw new IllegalArgumentException("no credential: not written in the one way that it can be");
        }
        return credential;
    }

    /**
     * Reads what {@link #text} has written.
     *
     * @throws IllegalArgumentException if that is no credential
     */
    public static Credential parse(String text) {
        return decode(Armour.unwrap(LABEL, text));
    }

    /**
     * Reads a credential from a file.
     *
     * @throws IllegalArgumentException if there is none in it
     */
    public static Credential readFile(Path file) throws IOException {
        try {
            return parse(Armour.read(file));
        } catch (IllegalArgumentException e) {
            throw Armour.in(file, e);
        }
    }

    public Grant grant() {
        return grant;
    }

    /** What is signed; the label is put before it. */
    public byte[] content() {
        return content.clone();
    }

    public byte[] signature() {
        return signature.clone();
    }

    /** All of it. */
    public byte[] bytes() {
        return Signing.join(content, signature);
    }

    /** For files and mail. */
    public String text() {
        return "# credential " + grant.serial() + " of " + grant.name() + ", node " + grant.node() + ", mesh "
                + grant.mesh() + ", until " + grant.notAfter() + "\n" + Armour.wrap(LABEL, bytes());
    }

    static void requireHeading(String authority, String mesh) {
        if (!authority.matches("[0-9a-f]{" + FINGERPRINT_CHARS + "}")) {
            throw new IllegalArgumentException("an authority's fingerprint has 32 hexadecimal digits");
        }
        if (!mesh.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("a mesh name has 1 to 64 ASCII letters, digits, '.', '_' or '-'");
        }
    }

    static void requireName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < 1
                || bytes.length > NAME_BYTES_MAX
                || name.chars().anyMatch(Character::isISOControl)
                || !new String(bytes, StandardCharsets.UTF_8).equals(name)) {
            throw new IllegalArgumentException("a node's name has 1 to 64 bytes and no control characters");
        }
    }

    static void requireSecond(Instant at) {
        if (at.getEpochSecond() < 0 || at.getEpochSecond() > SECONDS_MAX || at.getNano() != 0) {
            throw new IllegalArgumentException("a date is a whole second from 1970 to 9999");
        }
    }

    static Instant second(long seconds) {
        return Instant.ofEpochSecond(Math.min(seconds, SECONDS_MAX + 1));
    }

    private static List<Role> roles(int bits) {
        List<Role> roles = new ArrayList<>();
        for (Role role : Role.values()) {
            if ((bits & role.bit()) != 0) {
                roles.add(role);
            }
        }
        int known = roles.stream().mapToInt(Role::bit).sum();
        if (known != bits) {
            throw new IllegalArgumentException("no credential: an unknown role");
        }
        return Collections.unmodifiableList(roles);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Credential that
                && Arrays.equals(content, that.content)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }

    @Override
    public String toString() {
        return "credential " + grant.serial() + " of node " + grant.node();
    }
}
