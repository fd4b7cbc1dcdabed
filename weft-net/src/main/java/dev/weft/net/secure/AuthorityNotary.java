package dev.weft.net.secure;

import dev.weft.AuthorityKey;
import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.Revocations;
import dev.weft.core.authority.Notary;
import dev.weft.core.authority.Register;
import dev.weft.core.base.ByteView;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The authority of a mesh as a node knows it, by its public key; shows the node's own key by ECDSA on P-256 with
 * SHA-256 (FIPS 186-5). The credential may be replaced at run time. Used on the node's loop alone.
 */
public final class AuthorityNotary implements Notary {
    private static final String ALGORITHM = "SHA256withECDSAinP1363Format";
    private static final byte[] LABEL = "weft/1 possession".getBytes(StandardCharsets.US_ASCII);
    private static final int SIGNATURE_BYTES = 64;

    private final AuthorityKey authority;
    private final NodeKey key;
    private final String mesh;
    private final LongSupplier wallClockMillis;
    private @Nullable Credential credential;

    public AuthorityNotary(AuthorityKey authority, NodeKey key, String mesh, LongSupplier wallClockMillis) {
        this.authority = authority;
        this.key = key;
        this.mesh = mesh;
        this.wallClockMillis = wallClockMillis;
    }

    /**
     * From now on this is what the node shows.
     *
     * @throws IllegalArgumentException if nobody would take it: it is of another authority, mesh or node, or not of now
     */
    public void renew(Credential next) {
        Credential.Grant grant = next.grant();
        String which = "credential " + grant.serial();
        if (!grant.authority().equals(authority.fingerprint())) {
            throw new IllegalArgumentException(
                    which + " is of authority " + grant.authority() + ", but the mesh has " + authority.fingerprint());
        }
        if (!authority.vouchesFor(next)) {
            throw new IllegalArgumentException(which + " is damaged: its signature does not fit");
        }
        if (!grant.mesh().equals(mesh)) {
            throw new IllegalArgumentException(which + " is for mesh '" + grant.mesh() + "', not '" + mesh + "'");
        }
        if (!grant.node().equals(key.id())) {
            throw new IllegalArgumentException(which + " is for node " + grant.node() + ", but this is node " + key.id()
                    + ": was it asked for with another state directory?");
        }
        Instant now = Instant.ofEpochSecond(epochSeconds());
        if (now.isAfter(grant.notAfter().plusSeconds(Register.SKEW_SECONDS))) {
            throw new IllegalArgumentException(
                    which + " was valid until " + grant.notAfter() + ": have the authority sign a new one");
        }
        if (now.isBefore(grant.notBefore().minusSeconds(Register.SKEW_SECONDS))) {
            throw new IllegalArgumentException(
                    which + " is not valid before " + grant.notBefore() + ": is the clock of this host right?");
        }
        credential = next;
    }

    @Override
    public boolean isPresent() {
        return true;
    }

    @Override
    public String authority() {
        return authority.fingerprint();
    }

    @Override
    public Optional<Credential> credential() {
        return Optional.ofNullable(credential);
    }

    @Override
    public ByteView possession(ByteView transcript) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key.privateKey());
            signature.update(LABEL);
            signature.update(transcript.toByteArray());
            byte[] made = signature.sign();
            byte[] encoded = key.publicKey().getEncoded();
            byte[] all = Arrays.copyOf(made, made.length + encoded.length);
            System.arraycopy(encoded, 0, all, made.length, encoded.length);
            return ByteView.of(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot sign with P-256 keys", e);
        }
    }

    @Override
    public boolean isPossessed(NodeId node, ByteView transcript, ByteView possession) {
        if (possession.length() <= SIGNATURE_BYTES || possession.length() > POSSESSION_BYTES_MAX) {
            return false;
        }
        byte[] encoded = possession
                .slice(SIGNATURE_BYTES, possession.length() - SIGNATURE_BYTES)
                .toByteArray();
        try {
            PublicKey shown = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
            // The id is made of the key in its one encoding; the JDK reads others, and does not mind what follows.
            if (!NodeKey.isP256(shown)
                    || !Arrays.equals(shown.getEncoded(), encoded)
                    || !NodeId.fromDigest(NodeKey.hashOf(shown).toByteArray()).equals(node)) {
                return false;
            }
            Signature verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(shown);
            verifier.update(LABEL);
            verifier.update(transcript.toByteArray());
            return verifier.verify(possession.slice(0, SIGNATURE_BYTES).toByteArray());
        } catch (GeneralSecurityException notEvenAKey) {
            return false;
        }
    }

    @Override
    public boolean vouchesFor(Credential shown) {
        return authority.vouchesFor(shown);
    }

    @Override
    public boolean vouchesFor(Revocations revocations) {
        return authority.vouchesFor(revocations);
    }

    @Override
    public long epochSeconds() {
        return wallClockMillis.getAsLong() / 1_000;
    }
}
