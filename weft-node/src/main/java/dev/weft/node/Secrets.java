package dev.weft.node;

import dev.weft.Credential;
import dev.weft.Locator;
import dev.weft.MeshConfig;
import dev.weft.MeshKey;
import dev.weft.MeshStartException;
import dev.weft.Secrecy;
import dev.weft.core.authority.Notary;
import dev.weft.core.base.ByteView;
import dev.weft.core.link.Partners;
import dev.weft.core.link.Security;
import dev.weft.core.seal.Sealer;
import dev.weft.core.topology.Signatory;
import dev.weft.net.secure.AuthorityNotary;
import dev.weft.net.secure.BeaconSeal;
import dev.weft.net.secure.CastSeal;
import dev.weft.net.secure.MeshProver;
import dev.weft.net.secure.NodeKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a node's configuration means for who may talk to it: which addresses it uses, how it proves itself, whether its
 * beacons are sealed. One per node; {@link #replace}, {@link #seal} and {@link #open} are called on its loop.
 */
final class Secrets {
    /** Addresses and the one name that never lead elsewhere; {@code 127.example.org} does. */
    private static final Pattern LOOPBACK =
            Pattern.compile("(127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|localhost|\\[::1]|\\[0:0:0:0:0:0:0:1]):\\d+");

    private final MeshConfig.Encryption encryption;
    private final MeshConfig.Sealing sealing;
    private final MeshProver prover;
    private final @Nullable BeaconSeal seal;
    private final @Nullable CastSeal casts;
    private final @Nullable AuthorityNotary notary;
    private final Partners partners;

    Secrets(MeshConfig config, NodeKey key) {
        encryption = config.encryption();
        sealing = config.sealing();
        prover = new MeshProver(config.keys());
        notary = config.authorization()
                .map(known -> new AuthorityNotary(known.authority(), key, config.mesh(), System::currentTimeMillis))
                .orElse(null);
        partners = new Partners(config.partners());
        seal = config.keys().isEmpty() ? null : new BeaconSeal(config.keys(), System::currentTimeMillis);
        casts = config.multicast().use() == MeshConfig.Multicast.Use.ON ? new CastSeal(config.keys()) : null;
    }

    Security security() {
        return new Security(
                switch (encryption) {
                    case REQUIRED -> Security.Carriage.PROTECTED;
                    case PLAINTEXT -> Security.Carriage.ANY;
                },
                prover,
                notary == null ? Notary.NONE : notary,
                partners);
    }

    /** Which addresses may be spoken to in plain. */
    static Predicate<Locator> trusted(MeshConfig config) {
        List<MeshConfig.Partner> plain = config.partners().stream()
                .filter(partner -> partner.carriage() == MeshConfig.Partner.Carriage.PLAIN)
                .toList();
        return locator -> plain.stream().anyMatch(partner -> partner.isAt(locator.toString()));
    }

    /** @throws IllegalArgumentException if nobody would take it */
    void renew(Credential credential) {
        AuthorityNotary present = notary;
        if (present == null) {
            throw new IllegalStateException(
                    "the node was started without an authority, so no credential means anything");
        }
        present.renew(credential);
    }

    /** Whether others have to show something to be let in. */
    private boolean isGuarded() {
        return prover.isKeyed() || notary != null;
    }

    /** A node without a key or an authority is a guest of its user's other processes, and does as they do. */
    Sealer.Terms sealing() {
        return Sealer.Terms.of(
                switch (sealing) {
                    case RELAYED -> isGuarded() ? Sealer.Policy.RELAYED : Sealer.Policy.AS_OTHERS;
                    case ALWAYS -> isGuarded() ? Sealer.Policy.ALWAYS : Sealer.Policy.AS_OTHERS;
                    case NEVER -> Sealer.Policy.NEVER;
                });
    }

    /** How secret something is that a socket sends: where all is sealed, others may know that it always will be. */
    Secrecy secrecy(Secrecy asked) {
        return sealing().policy() == Sealer.Policy.ALWAYS ? Secrecy.SEALED : asked;
    }

    /**
     * Where everyone is let in, or every process of this user, signatures would say nothing. Such a node signs all the
     * same: a guest of a mesh whose other nodes ask for it.
     */
    Signatory.Demand signatures() {
        return isGuarded() ? Signatory.Demand.SIGNATURES : Signatory.Demand.NOTHING;
    }

    void replace(List<MeshKey> keys) {
        BeaconSeal present = seal;
        if (present == null) {
            throw new IllegalStateException("the node was started without a key, so it has none to change");
        }
        // Checks the number of keys, so it comes first.
        present.replace(keys);
        CastSeal toMany = casts;
        if (toMany != null) {
            toMany.replace(keys);
        }
        prover.replace(keys);
    }

    // ------------------------------------------------------------------ addresses

    /** Beyond the host either the key or the authority tells members from others, or everyone is welcome by the user's word. */
    private boolean mayLeaveHost() {
        return prover.isKeyed() || notary != null || encryption == MeshConfig.Encryption.PLAINTEXT;
    }

    boolean mayDial(Locator to) {
        return mayLeaveHost() || staysOnHost(to);
    }

    void requireMayDial(Locator to) {
        if (!mayDial(to)) {
            throw refusal("peer " + to + " is beyond this host");
        }
    }

    void requireMayListen(Locator at) {
        if (!mayDial(at)) {
            throw refusal("listening at " + at + " would take connections from beyond this host");
        }
    }

    private static MeshStartException refusal(String what) {
        return new MeshStartException(
                what + ", and without a key anyone there could join: give the mesh's key (--key FILE,"
                        + " made by 'weft key new'), or say --plaintext (PLAINTEXT) where everyone may read and join");
    }

    /** What the operator should know of the addresses that are listened at. */
    List<String> warnings(List<Locator> listening) {
        List<String> warnings = new ArrayList<>();
        if (encryption == MeshConfig.Encryption.PLAINTEXT) {
            warnings.add(
                    prover.isKeyed() || notary != null
                            ? "links are not encrypted: whoever reaches this network can read them"
                            : "links are not encrypted: whoever reaches this network can read them and join");
        } else if (!prover.isKeyed() && notary == null) {
            listening.stream()
                    .filter(Secrets::isTcp)
                    .forEach(at -> warnings.add("the mesh has no key: every user of this host can join at " + at));
        }
        return warnings;
    }

    private static boolean isTcp(Locator locator) {
        return locator.scheme().equals("tcp");
    }

    private static boolean staysOnHost(Locator at) {
        return !isTcp(at) || LOOPBACK.matcher(at.address()).matches();
    }

    // ------------------------------------------------------------------ beacons

    /** The datagram to send for a beacon. */
    ByteView seal(ByteView beacon) {
        BeaconSeal present = seal;
        return present == null ? beacon : present.seal(beacon);
    }

    /** Whether beacons show that their sender has the key of the mesh. */
    boolean sealsBeacons() {
        return seal != null;
    }

    /** The beacon in a datagram, where it is to be believed. */
    Optional<ByteView> open(ByteView datagram) {
        BeaconSeal present = seal;
        return present == null ? Optional.of(datagram) : present.open(datagram);
    }

    // ------------------------------------------------------------------ datagrams on a segment

    /** The datagram to send for one to all on the segment. */
    Optional<ByteView> sealCast(ByteView datagram) {
        return Optional.ofNullable(casts).map(present -> present.seal(datagram));
    }

    /** What a datagram says that has come over the segment, where it is to be believed. */
    Optional<ByteView> openCast(ByteView datagram) {
        return Optional.ofNullable(casts).flatMap(present -> present.open(datagram));
    }

    /** By stable names. */
    TreeMap<String, Long> counters() {
        TreeMap<String, Long> counters = new TreeMap<>();
        CastSeal toMany = casts;
        if (toMany != null) {
            counters.put("multicast.refused", toMany.refusedCount());
        }
        BeaconSeal present = seal;
        if (present != null) {
            for (BeaconSeal.Refusal why : BeaconSeal.Refusal.values()) {
                counters.put(
                        "beacon."
                                + why.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
                        present.refusedCount(why));
            }
        }
        return counters;
    }
}
