package dev.weft.net.secure;

import dev.weft.MeshKey;
import dev.weft.core.base.ByteView;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Beacons of a mesh that has a key: encrypted and authenticated with AES-256-GCM, dated, and opened once only.
 * <pre>
 *   0        2        3          11             23
 *   +--------+--------+----------+--------------+----------------------------+----------+
 *   | "Ws"   | version| time (8) | nonce (12)   | the beacon, encrypted      | tag (16) |
 *   |        |   1    |          | random       |                            |          |
 *   +--------+--------+----------+--------------+----------------------------+----------+
 * </pre>
 * The time is in milliseconds since 1970. What is older or newer than two minutes is not opened, and within that time
 * no nonce is opened twice: a recorded beacon is worth nothing. What comes before the nonce is covered by the tag.
 * Sealing adds the same to questions and answers, so an answer stays no larger than its question.
 *
 * <p>Used on the node's loop alone.
 */
public final class BeaconSeal {
    /** By how much a sealed beacon is longer. */
    public static final int OVERHEAD_BYTES = 39;

    private static final int MAGIC = 'W' << 8 | 's';
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 11;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final long WINDOW_MILLIS = 120_000;
    private static final int REMEMBERED_MAX = 16_384;
    private static final String AES_GCM = "AES/GCM/NoPadding";

    /** Why datagrams were not opened. */
    public enum Refusal {
        /** Not sealed, or not whole. */
        NOT_SEALED,
        /** Sealed with another key, or altered. */
        WRONG_KEY,
        /** Too old, or from the future: recorded, or a clock is wrong. */
        OUT_OF_TIME,
        REPLAYED
    }

    private record Opened(long atMillis, ByteView nonce) {}

    private final LongSupplier wallClockMillis;
    private final LongSupplier elapsedMillis;
    private final SecureRandom random = new SecureRandom();
    private final ArrayDeque<Opened> order = new ArrayDeque<>();
    private final Set<ByteView> opened = new HashSet<>();
    private final long[] refusals = new long[Refusal.values().length];
    private List<SecretKeySpec> keys;

    /** @param keys at least one; the first seals, all open */
    public BeaconSeal(List<MeshKey> keys, LongSupplier wallClockMillis) {
        this(keys, wallClockMillis, () -> System.nanoTime() / 1_000_000);
    }

    /** @param elapsedMillis runs on whatever happens to the wall clock */
    BeaconSeal(List<MeshKey> keys, LongSupplier wallClockMillis, LongSupplier elapsedMillis) {
        this.keys = derive(keys);
        this.wallClockMillis = wallClockMillis;
        this.elapsedMillis = elapsedMillis;
    }

    public void replace(List<MeshKey> next) {
        keys = derive(next);
    }

    public ByteView seal(ByteView beacon) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] header = ByteBuffer.allocate(HEADER_BYTES)
                .putShort((short) MAGIC)
                .put((byte) VERSION)
                .putLong(wallClockMillis.getAsLong())
                .array();
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, keys.get(0), nonce, header);
            ByteBuffer out = ByteBuffer.allocate(beacon.length() + OVERHEAD_BYTES);
            out.put(header).put(nonce);
            out.put(cipher.doFinal(beacon.toByteArray()));
            return ByteView.of(out.array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + AES_GCM, e);
        }
    }

    /** What was sealed; empty, and counted, where it is not to be believed. */
    public Optional<ByteView> open(ByteView datagram) {
        if (datagram.length() < OVERHEAD_BYTES) {
            return refuse(Refusal.NOT_SEALED);
        }
        byte[] bytes = datagram.toByteArray();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getShort() != MAGIC || in.get() != VERSION) {
            return refuse(Refusal.NOT_SEALED);
        }
        long now = wallClockMillis.getAsLong();
        long sent = in.getLong();
        if (sent < now - WINDOW_MILLIS || sent > now + WINDOW_MILLIS) {
            return refuse(Refusal.OUT_OF_TIME);
        }
        byte[] header = Arrays.copyOf(bytes, HEADER_BYTES);
        byte[] nonce = Arrays.copyOfRange(bytes, HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
        if (opened.contains(ByteView.of(nonce))) {
            return refuse(Refusal.REPLAYED);
        }
        byte[] sealed = Arrays.copyOfRange(bytes, HEADER_BYTES + NONCE_BYTES, bytes.length);
        for (SecretKeySpec key : keys) {
            Optional<ByteView> beacon = decrypt(key, nonce, header, sealed);
            if (beacon.isPresent()) {
                remember(ByteView.of(nonce), elapsedMillis.getAsLong());
                return beacon;
            }
        }
        return refuse(Refusal.WRONG_KEY);
    }

    public long refusedCount(Refusal why) {
        return refusals[why.ordinal()];
    }

    private Optional<ByteView> refuse(Refusal why) {
        refusals[why.ordinal()]++;
        return Optional.empty();
    }

    /**
     * For as long as the time alone would not refuse it, by a clock that nobody sets: a wall clock that jumps ahead and
     * back makes nothing forgotten. Only members can make a node remember.
     */
    private void remember(ByteView nonce, long nowMillis) {
        while (!order.isEmpty()
                && (order.element().atMillis() < nowMillis - 2 * WINDOW_MILLIS || order.size() >= REMEMBERED_MAX)) {
            opened.remove(order.remove().nonce());
        }
        order.add(new Opened(nowMillis, nonce));
        opened.add(nonce);
    }

    private static Optional<ByteView> decrypt(SecretKeySpec key, byte[] nonce, byte[] header, byte[] sealed) {
        try {
            return Optional.of(
                    ByteView.of(cipher(Cipher.DECRYPT_MODE, key, nonce, header).doFinal(sealed)));
        } catch (GeneralSecurityException anotherKey) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce, byte[] header)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(AES_GCM);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(header);
        return cipher;
    }

    private static List<SecretKeySpec> derive(List<MeshKey> keys) {
        if (keys.isEmpty() || keys.size() > MeshKey.KEYS_MAX) {
            throw new IllegalArgumentException("from 1 to " + MeshKey.KEYS_MAX + " keys seal, not " + keys.size());
        }
        return keys.stream()
                .map(key -> new SecretKeySpec(SubKey.of(key, "weft/1 beacon").bytes(), "AES"))
                .toList();
    }
}
