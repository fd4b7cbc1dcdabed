package dev.weft.net.secure;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.seal.Sealer;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Agrees on the keys of associations by HPKE (RFC 9180) in Auth mode, DHKEM(P-256, HKDF-SHA256) with HKDF-SHA256
 * ({@link Hpke}): to the destination's prekey, from the origin's node key. The secret is exported (§5.3),
 * for frames come in any order. Both ends' ids and lives, the mesh and the numbers are in {@code info}, so keys of one
 * association are worth nothing in another. docs/decisions/0012-sealing.md.
 *
 * <p>Called on the node's loop. The arithmetic runs on one thread of its own, what is made is handed over there.
 */
public final class HpkeSealer implements Sealer, AutoCloseable {
    private static final String LABEL = "weft/1 seal";
    private static final byte[] EXPORT_LABEL = (LABEL + " keys").getBytes(StandardCharsets.US_ASCII);
    private static final String ECDSA = "SHA256withECDSA";
    private static final int WAITING_TASKS_MAX = 8_192;

    private final NodeKey key;
    private final String mesh;
    private final long incarnation;
    private final Terms terms;
    private final Consumer<Made> out;
    private final SecureRandom random = new SecureRandom();
    private final Vouching vouching = new Vouching();
    private final Map<Long, KeyPair> prekeys = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor arithmetic =
            new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_TASKS_MAX), task -> {
                Thread thread = new Thread(task, "weft-seal");
                thread.setDaemon(true);
                return thread;
            });

    /** @param out takes what was made, on a thread of the sealer's */
    public HpkeSealer(NodeKey key, String mesh, long incarnation, Terms terms, Consumer<Made> out) {
        this.key = key;
        this.mesh = mesh;
        this.incarnation = incarnation;
        this.terms = terms;
        this.out = out;
        arithmetic.allowCoreThreadTimeOut(true);
    }

    @Override
    public Terms terms() {
        return terms;
    }

    @Override
    public void close() {
        arithmetic.shutdown();
        prekeys.clear();
    }

    @Override
    public void makePrekey(long task, long number, SealRecord.Manner manner) {
        run(task, () -> {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair prekey = generator.generateKeyPair();
            prekeys.put(number, prekey);
            ByteView point = P256Point.of(prekey.getPublic());
            ByteView nodeKey = ByteView.of(key.publicKey().getEncoded());
            Signature signature = Signature.getInstance(ECDSA);
            signature.initSign(key.privateKey());
            signature.update(SealRecord.signed(mesh, nodeKey, incarnation, manner, number, point)
                    .toByteArray());
            return Made.prekey(task, new SealRecord(nodeKey, manner, number, point, ByteView.of(signature.sign())));
        });
    }

    @Override
    public void forgetPrekey(long number) {
        prekeys.remove(number);
    }

    @Override
    public void begin(long task, Draft draft) {
        run(task, () -> {
            SealRecord record = draft.record();
            requireSigned(draft);
            ByteView ownKey = ByteView.of(key.publicKey().getEncoded());
            // The encapsulated key is not known before; HPKE binds it itself.
            SealOpening unbound = new SealOpening(
                    key.id(),
                    ownKey,
                    incarnation,
                    draft.number(),
                    draft.destination(),
                    draft.destinationIncarnation(),
                    record.number(),
                    ownKey);
            Hpke.Secret secret =
                    Hpke.begin(record.prekey(), info(unbound), key.publicKey(), key.privateKey(), EXPORT_LABEL);
            SealOpening opening = new SealOpening(
                    unbound.origin(),
                    ownKey,
                    incarnation,
                    unbound.number(),
                    unbound.destination(),
                    unbound.destinationIncarnation(),
                    unbound.prekey(),
                    secret.encapsulated());
            return Made.begun(task, opening, new AeadKeys(secret.exported().toByteArray()));
        });
    }

    @Override
    public void accept(long task, SealOpening opening) {
        run(task, () -> {
            KeyPair prekey = prekeys.get(opening.prekey());
            if (prekey == null) {
                return Made.failed(task, "sealed to prekey " + opening.prekey() + ", which is not kept any more");
            }
            publicKey(opening.originKey(), opening.origin());
            Hpke.Secret secret =
                    Hpke.accept(opening.encapsulated(), info(opening), prekey, opening.originKey(), EXPORT_LABEL);
            return Made.accepted(task, new AeadKeys(secret.exported().toByteArray()));
        });
    }

    @Override
    public ByteView secret() {
        byte[] secret = new byte[GroupKey.SECRET_BYTES];
        random.nextBytes(secret);
        return ByteView.of(secret);
    }

    @Override
    public Cipher cipher(ByteView secret) {
        return new AeadCipher(secret.toByteArray());
    }

    @Override
    public ByteView memberKey(ByteView master, NodeId member) {
        return vouching.memberKey(master, member);
    }

    @Override
    public ByteView digest(ByteView associated, ByteView sealed) {
        return vouching.digest(associated, sealed);
    }

    @Override
    public long tag(ByteView memberKey, ByteView digest) {
        return vouching.tag(memberKey, digest);
    }

    private byte[] info(SealOpening opening) {
        return new WireWriter(256)
                .text(LABEL)
                .text(mesh)
                .nodeId(opening.origin())
                .u64(opening.originIncarnation())
                .u64(opening.number())
                .nodeId(opening.destination())
                .u64(opening.destinationIncarnation())
                .u64(opening.prekey())
                .view()
                .toByteArray();
    }

    private void requireSigned(Draft draft) throws GeneralSecurityException {
        SealRecord record = draft.record();
        Signature signature = Signature.getInstance(ECDSA);
        signature.initVerify(publicKey(record.nodeKey(), draft.destination()));
        signature.update(SealRecord.signed(
                        mesh,
                        record.nodeKey(),
                        draft.destinationIncarnation(),
                        record.manner(),
                        record.number(),
                        record.prekey())
                .toByteArray());
        if (!signature.verify(record.signature().toByteArray())) {
            throw new GeneralSecurityException("the prekey was not signed by " + draft.destination());
        }
    }

    /** The node's key, where it is one that the node's id is made of. */
    private static PublicKey publicKey(ByteView encoded, NodeId node) throws GeneralSecurityException {
        PublicKey shown = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded.toByteArray()));
        boolean isTheirs = NodeKey.isP256(shown)
                && ByteView.of(shown.getEncoded()).equals(encoded)
                && NodeId.fromDigest(NodeKey.hashOf(shown).toByteArray()).equals(node);
        if (!isTheirs) {
            throw new GeneralSecurityException("another key than that of " + node);
        }
        return shown;
    }

    private void run(long task, Callable<Made> work) {
        try {
            arithmetic.execute(() -> out.accept(outcome(task, work)));
        } catch (RejectedExecutionException full) {
            out.accept(Made.failed(task, "too much is to be computed"));
        }
    }

    /** Whatever a key that somebody else has made leads to, it is a failure of this one task. */
    private static Made outcome(long task, Callable<Made> work) {
        try {
            return work.call();
        } catch (Exception refused) {
            return Made.failed(task, String.valueOf(refused.getMessage()));
        }
    }
}
