package dev.weft.net.secure;

import dev.weft.MeshKey;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.WireWriter;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Datagrams to all on a segment, encrypted and authenticated with AES-128-GCM. Each life of a node draws a salt, and has
 * by it a key and nonces that no other life has.
 * <pre>
 *   0        2        3          19            27
 *   +--------+--------+----------+-------------+--------------------------+----------+
 *   | "Wm"   | version| salt (16)| counter (8) | the datagram, encrypted  | tag (16) |
 *   |        |   1    |          |             |                          |          |
 *   +--------+--------+----------+-------------+--------------------------+----------+
 *
 *   key (16), nonce salt (12) = HMAC-SHA256(HKDF-Expand(mesh key, "weft/1 cast", 32), salt)
 * </pre>
 * What comes before the encrypted part is covered by the tag. That a datagram came before is for its reader to see, by the
 * number in it.
 *
 * <p>Used on the node's loop alone.
 */
public final class CastSeal {
    /** By how much a sealed datagram is longer. */
    public static final int OVERHEAD_BYTES = 43;

    private static final int MAGIC = 'W' << 8 | 'm';
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 27;
    private static final int SALT_BYTES = 16;
    private static final int SECRET_BYTES = 28;

    /** So many senders are remembered; others cost a derivation more. */
    private static final int SENDERS_MAX = 4_096;

    private final SecureRandom random = new SecureRandom();
    /** Only of those whose datagrams have opened; the one longest there first. */
    private final LinkedHashMap<ByteView, AeadCipher> senders = new LinkedHashMap<>();

    private List<SubKey> keys = List.of();
    private ByteView salt = ByteView.EMPTY;
    private AeadCipher own = new AeadCipher(new byte[SECRET_BYTES]);
    private long counter;
    private long refusedCount;

    /** @param keys at least one; the first seals, all open */
    public CastSeal(List<MeshKey> keys) {
        replace(keys);
    }

    public void replace(List<MeshKey> next) {
        if (next.isEmpty() || next.size() > MeshKey.KEYS_MAX) {
            throw new IllegalArgumentException("from 1 to " + MeshKey.KEYS_MAX + " keys seal, not " + next.size());
        }
        keys = next.stream().map(key -> SubKey.of(key, "weft/1 cast")).toList();
        byte[] drawn = new byte[SALT_BYTES];
        random.nextBytes(drawn);
        salt = ByteView.of(drawn);
        own = cipher(keys.get(0), salt);
        counter = 0;
        senders.clear();
    }

    /** How many datagrams were not opened: not sealed, sealed with another key, or altered. */
    public long refusedCount() {
        return refusedCount;
    }

    public ByteView seal(ByteView datagram) {
        long used = counter++;
        ByteView header = new WireWriter(HEADER_BYTES)
                .u16(MAGIC)
                .u8(VERSION)
                .bytes(salt)
                .u64(used)
                .view();
        ByteView sealed = own.seal(used, header, datagram);
        return new WireWriter(HEADER_BYTES + sealed.length())
                .bytes(header)
                .bytes(sealed)
                .view();
    }

    /** What was sealed; empty, and counted, where it is not to be believed. */
    public Optional<ByteView> open(ByteView datagram) {
        Optional<ByteView> opened = datagram.length() < OVERHEAD_BYTES ? Optional.empty() : tryOpen(datagram);
        if (opened.isEmpty()) {
            refusedCount++;
        }
        return opened;
    }

    private Optional<ByteView> tryOpen(ByteView datagram) {
        ByteView header = datagram.slice(0, HEADER_BYTES);
        ByteView sealed = datagram.slice(HEADER_BYTES, datagram.length() - HEADER_BYTES);
        if ((header.at(0) << 8 | header.at(1)) != MAGIC || header.at(2) != VERSION) {
            return Optional.empty();
        }
        ByteView from = header.slice(3, SALT_BYTES);
        long number = 0;
        for (int i = 3 + SALT_BYTES; i < HEADER_BYTES; i++) {
            number = number << 8 | header.at(i) & 0xff;
        }
        AeadCipher known = senders.get(from);
        if (known != null) {
            return known.open(number, header, sealed);
        }
        for (SubKey key : keys) {
            AeadCipher cipher = cipher(key, from);
            Optional<ByteView> opened = cipher.open(number, header, sealed);
            if (opened.isPresent()) {
                remember(ByteView.of(from.toByteArray()), cipher);
                return opened;
            }
        }
        return Optional.empty();
    }

    private void remember(ByteView from, AeadCipher cipher) {
        if (senders.size() >= SENDERS_MAX) {
            senders.remove(senders.keySet().iterator().next());
        }
        senders.put(from, cipher);
    }

    private static AeadCipher cipher(SubKey key, ByteView salt) {
        return new AeadCipher(Arrays.copyOf(key.mac(salt.toByteArray()), SECRET_BYTES));
    }
}
