package dev.weft.cli;

import dev.weft.Credential;
import dev.weft.Mesh;
import dev.weft.NodeNotFoundException;
import dev.weft.Peer;
import dev.weft.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Why there is, or is not, a way from one node to another, as the first of them sees it.
 *
 * @param node its id where it can be reached, else what it was asked for by
 * @param way whether it can be reached
 * @param standing what it and its credential are
 * @param refusals what was refused between the two, oldest first
 */
record Explanation(String node, Way way, List<String> standing, List<String> refusals) {
    /** Whether a node can be reached. */
    enum Way {
        REACHED,
        NOT_REACHED
    }

    /** @param node an id, the beginning of one, a name, or a locator */
    static Explanation of(Mesh mesh, String node) {
        Optional<Peer> found = find(mesh, node);
        List<String> standing = new ArrayList<>();
        standing.add(
                found.map(Explanation::reached).orElse(Text.harmless(node) + " is no node that can be reached now"));
        found.flatMap(peer -> mesh.credentialOf(peer.id()))
                .ifPresent(credential -> standing.add("its " + credential(credential.grant())));
        mesh.credentialOf(mesh.self().id())
                .ifPresent(credential -> standing.add("this node's " + credential(credential.grant())));
        List<String> refusals = mesh.refusals().stream()
                .filter(refusal -> isMeant(refusal, node, found))
                .map(Explanation::line)
                .toList();
        return new Explanation(
                found.map(peer -> peer.id().toString()).orElse(node),
                found.isPresent() ? Way.REACHED : Way.NOT_REACHED,
                standing,
                refusals);
    }

    private static Optional<Peer> find(Mesh mesh, String node) {
        try {
            return Optional.of(mesh.find(node));
        } catch (NodeNotFoundException none) {
            return Optional.empty();
        }
    }

    /** Of a node that cannot be reached the id is often not known: then every refusal may be its. */
    private static boolean isMeant(Refusal refusal, String node, Optional<Peer> found) {
        boolean isNamed = refusal.node().toString().startsWith(node.toLowerCase(Locale.ROOT))
                || refusal.locator().map(Object::toString).equals(Optional.of(node));
        return found.map(peer -> refusal.node().equals(peer.id())).orElse(isNamed || !looksLikeOne(node));
    }

    private static boolean looksLikeOne(String node) {
        return node.contains("/") || node.matches("[0-9a-fA-F-]{4,36}");
    }

    private static String reached(Peer peer) {
        OptionalInt hops = peer.hops();
        return peer.id().brief() + " " + Text.harmless(peer.name())
                + (hops.isPresent() && hops.getAsInt() == 1
                        ? " is linked"
                        : " is reached over " + (hops.isPresent() ? hops.getAsInt() : 0) + " hops");
    }

    private static String credential(Credential.Grant grant) {
        return "credential " + grant.serial() + " until " + grant.notAfter() + ": " + grant.roles() + " "
                + Text.harmless(grant.permissions().toString());
    }

    private static String line(Refusal refusal) {
        String by = switch (refusal.by()) {
            case THIS_NODE -> "refused by this node";
            case OTHER_NODE -> "refused by the other node";
            case CONNECTION -> "not connected";
        };
        return refusal.at() + "  " + by
                + refusal.locator().map(at -> " at " + at).orElse("") + ": " + refusal.reason() + ": "
                + Text.harmless(refusal.text());
    }
}
