package dev.weft.cli;

import dev.weft.Credential;
import dev.weft.Mesh;
import dev.weft.NodeNotFoundException;
import dev.weft.Peer;
import dev.weft.Refusal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says why there is, or is not, a way to a node. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Say why a node can or cannot be reached: who refused whom, and for what.")
final class ExplainCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Parameters(
            paramLabel = "NODE",
            description = "An id, the beginning of one (4 digits or more), a name, or a locator as tcp/host:port.")
    String node = "";

    @Option(names = "--json", description = "One object; default text.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        try (Mesh mesh = join.joinBriefly()) {
            Optional<Peer> found = find(mesh);
            List<Refusal> refusals = mesh.refusals().stream()
                    .filter(refusal -> isMeant(refusal, found))
                    .toList();
            boolean isReached = found.isPresent();
            if (json) {
                System.out.println(new Json()
                        .put("node", found.map(peer -> peer.id().toString()).orElse(node))
                        .put("reachable", isReached)
                        .put(
                                "refusals",
                                refusals.stream().map(ExplainCommand::line).toList()));
            } else {
                System.out.println(found.map(ExplainCommand::reached)
                        .orElse(Text.harmless(node) + " is no node that can be reached now"));
                found.flatMap(peer -> mesh.credentialOf(peer.id()))
                        .ifPresent(credential -> System.out.println("its " + credential(credential.grant())));
                mesh.credentialOf(mesh.self().id())
                        .ifPresent(credential -> System.out.println("this node's " + credential(credential.grant())));
                refusals.forEach(refusal -> System.out.println(line(refusal)));
                if (!isReached && refusals.isEmpty()) {
                    System.out.println("nobody refused a link: the node is not running, or not where this one looks");
                }
            }
            return (isReached ? ExitCode.OK : ExitCode.NOT_FOUND).code();
        }
    }

    private Optional<Peer> find(Mesh mesh) {
        try {
            return Optional.of(mesh.find(node));
        } catch (NodeNotFoundException none) {
            return Optional.empty();
        }
    }

    /** Of a node that cannot be reached the id is often not known: then every refusal may be its. */
    private boolean isMeant(Refusal refusal, Optional<Peer> found) {
        boolean isNamed = refusal.node().toString().startsWith(node.toLowerCase(Locale.ROOT))
                || refusal.locator().map(Object::toString).equals(Optional.of(node));
        return found.map(peer -> refusal.node().equals(peer.id())).orElse(isNamed || !looksLikeOne());
    }

    private boolean looksLikeOne() {
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
