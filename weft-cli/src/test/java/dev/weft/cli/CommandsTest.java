package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.DeadLetter;
import dev.weft.EndpointStatus;
import dev.weft.GroupSendOptions;
import dev.weft.Limit;
import dev.weft.Limits;
import dev.weft.LinkStatus;
import dev.weft.Locator;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshStartException;
import dev.weft.Message;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Probed;
import dev.weft.Refusal;
import dev.weft.Secrecy;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.Statistics;
import dev.weft.core.base.Prng;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each command as a shell sees it: what it prints where, and its exit code. */
@Timeout(300)
class CommandsTest {
    private static final Outcome DELIVERED =
            new Outcome(Outcome.Kind.DELIVERED, Outcome.Reason.NONE, Duration.ofNanos(2_871_500), 2);

    private final FakeMesh mesh = new FakeMesh();
    private final CommandLab lab = new CommandLab(mesh);

    private static void assertQuiet(CommandLab.Run run) {
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
    }

    private void assertRefused(CommandLab.Run run, ExitCode code, String complaint) {
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualTo("weft: " + complaint + "\n");
        assertThat(run.code()).isEqualTo(code.code());
    }

    // ---- peers

    @Test
    void peersAreATableForPeople() {
        CommandLab.Run run = lab.ask("peers");
        assertQuiet(run);
        assertThat(run.out()).isEqualTo("""
                        NODE      NAME   HOPS  RTT       LOCATORS
                        a11ce000  alice  1     0.412 ms  tcp/10.0.0.1:7400 unix//run/alice.sock
                        b0b00000  bob    2     1.900 ms  tcp/10.0.0.2:7400 unix//run/bob.sock
                        d0d01111  twin   1     3.000 ms  tcp/10.0.0.1:7400 unix//run/twin.sock
                        d0d02222  twin   -     -
                        """);
    }

    @Test
    void peersAreOneObjectALineInJson() {
        CommandLab.Run run = lab.ask("peers", "--json");
        assertQuiet(run);
        assertThat(run.lines()).hasSize(4);
        assertThat(run.lines().get(0))
                .isEqualTo("{\"id\":\"a11ce000-0000-8000-8000-000000000002\",\"name\":\"alice\","
                        + "\"hostId\":\"00112233445566778899aabbccddeeff\",\"incarnation\":3,"
                        + "\"locators\":[\"tcp/10.0.0.1:7400\",\"unix//run/alice.sock\"],\"groups\":[\"ops\"],"
                        + "\"tags\":[\"eu\"],\"attributes\":{\"rack\":\"7\",\"zone\":\"a\"},"
                        + "\"receiveBitsPerSecond\":1000000,\"sendBitsPerSecond\":2000000,"
                        + "\"rttMicros\":412,\"hops\":1}");
        assertThat(run.lines().get(3)).endsWith("\"rttMicros\":null,\"hops\":null}");
        for (String line : run.lines()) {
            assertThat(JsonText.parse(line).keys())
                    .containsExactly(
                            "id",
                            "name",
                            "hostId",
                            "incarnation",
                            "locators",
                            "groups",
                            "tags",
                            "attributes",
                            "receiveBitsPerSecond",
                            "sendBitsPerSecond",
                            "rttMicros",
                            "hops");
        }
    }

    @Test
    void anEmptyMeshIsAHeadingForPeopleAndNothingInJson() {
        mesh.peers.clear();
        assertThat(lab.ask("peers").out()).isEqualTo("NODE  NAME  HOPS  RTT  LOCATORS\n");
        assertThat(lab.ask("peers", "--json").out()).isEmpty();
    }

    @Test
    void whatOthersCallThemselvesCannotSteerTheTerminal() {
        mesh.peers.clear();
        mesh.peers.add(FakeMesh.peer(FakeMesh.BOB, "b\u001b[2Job", 1, Duration.ofMillis(1)));
        CommandLab.Run text = lab.ask("peers");
        assertThat(text.out()).contains("b?[2Job").doesNotContain("\u001b");
        CommandLab.Run json = lab.ask("peers", "--json");
        assertThat(json.out()).doesNotContain("\u001b");
        assertThat(json.json().field("name")).isEqualTo("b\u001b[2Job");
        assertThat(lab.ask("topology").out()).doesNotContain("\u001b");
        assertThat(lab.ask("topology", "--dot").out()).doesNotContain("\u001b");
    }

    @Test
    void namesOfAnyScriptComeOutInUtf8() {
        mesh.peers.clear();
        mesh.peers.add(FakeMesh.peer(FakeMesh.BOB, "žluťoučký 漢 🐎", 1, Duration.ofMillis(1)));
        assertThat(lab.ask("peers").out()).contains("žluťoučký 漢 🐎");
        assertThat(lab.ask("peers", "--json").json().field("name")).isEqualTo("žluťoučký 漢 🐎");
    }

    // ---- topology

    @Test
    void aSmallTopologyIsAMatrixOfRoundTrips() {
        mesh.peers.subList(2, 4).clear();
        CommandLab.Run run = lab.ask("topology");
        assertQuiet(run);
        String self = "weft-" + ProcessHandle.current().pid();
        assertThat(run.out())
                .isEqualTo(String.format(
                        """
                        link RTT%1$s  %2$s  alice%3$s  bob
                        %2$s  .%4$s  0.41ms  -
                        alice%5$s  0.50ms%6$s  .       1.49ms
                        bob%7$s  -%4$s  1.00ms  .
                        """,
                        " ".repeat(Math.max(0, self.length() - 8)),
                        self,
                        " ",
                        " ".repeat(self.length() - 1),
                        " ".repeat(self.length() - 5),
                        " ".repeat(self.length() - 6),
                        " ".repeat(self.length() - 3)));
    }

    @Test
    void aLargeTopologyIsAListOfLinks() {
        for (int i = 0; i < 20; i++) {
            mesh.peers.add(FakeMesh.unreached(new NodeId(0xd0d0_3333_0000_8000L, i), "n" + i));
        }
        String self = "weft-" + ProcessHandle.current().pid();
        assertThat(lab.ask("topology").out())
                .isEqualTo("LINK" + " ".repeat(self.length() - 4) + "         RTT\n"
                        + self + "  alice  0.41ms\n"
                        + "alice" + " ".repeat(self.length() - 5) + "  bob    1.49ms\n");
    }

    @Test
    void aTopologyForGraphvizQuotesWhatItIsToldToDraw() {
        mesh.peers.clear();
        mesh.peers.add(FakeMesh.peer(FakeMesh.ALICE, "al\"ice\\", 1, Duration.ofMillis(1)));
        CommandLab.Run run = lab.ask("topology", "--dot");
        assertQuiet(run);
        assertThat(run.out())
                .isEqualTo("graph mesh {\n"
                        + "  \"5e1f0000-0000-8000-8000-000000000001\" [label=\"weft-"
                        + ProcessHandle.current().pid() + "\"];\n"
                        + "  \"a11ce000-0000-8000-8000-000000000002\" [label=\"al\\\"ice\\\\\"];\n"
                        + "  \"5e1f0000-0000-8000-8000-000000000001\" -- \"a11ce000-0000-8000-8000-000000000002\""
                        + " [label=\"0.41ms\"];\n"
                        + "  \"a11ce000-0000-8000-8000-000000000002\" -- \"b0b00000-0000-8000-8000-000000000003\""
                        + " [label=\"1.49ms\"];\n"
                        + "}\n");
    }

    @Test
    void aTopologyInJsonIsNodesThenLinks() {
        CommandLab.Run run = lab.ask("topology", "--json");
        assertQuiet(run);
        assertThat(run.lines()).hasSize(7);
        assertThat(run.lines().subList(0, 5))
                .allSatisfy(line -> assertThat(JsonText.parse(line).keys()).startsWith("id", "name"));
        assertThat(run.lines().get(6))
                .isEqualTo("{\"a\":\"a11ce000-0000-8000-8000-000000000002\","
                        + "\"b\":\"b0b00000-0000-8000-8000-000000000003\",\"costFromA\":2488,\"costFromB\":2000}");
        assertThat(run.json().keys()).containsExactly("a", "b", "costFromA", "costFromB");
    }

    @Test
    void aDrawingIsEitherForGraphvizOrJson() {
        assertRefused(lab.ask("topology", "--dot", "--json"), ExitCode.USAGE, "--dot and --json exclude each other");
        assertThat(mesh.joined).isEmpty();
    }

    // ---- ping

    @Test
    void pingTellsEachHop() {
        CommandLab.Run run = lab.ask("ping", "bob");
        assertQuiet(run);
        assertThat(run.out()).isEqualTo("""
                        hop 1  a11ce000  0.412 ms
                        hop 2  b0b00000  1.901 ms
                        """);
    }

    @Test
    void pingTellsEachHopInJson() {
        mesh.probed.set(0, new Probed(FakeMesh.ALICE, 1, Optional.empty()));
        CommandLab.Run run = lab.ask("ping", "bob", "--json");
        assertQuiet(run);
        assertThat(run.out()).isEqualTo("""
                        {"node":"a11ce000-0000-8000-8000-000000000002","hops":1,"rttMicros":null}
                        {"node":"b0b00000-0000-8000-8000-000000000003","hops":2,"rttMicros":1900}
                        """);
        assertThat(run.json().keys()).containsExactly("node", "hops", "rttMicros");
    }

    @Test
    void pingGoesOnAsOftenAsItIsTold() {
        CommandLab.Run run = lab.ask("ping", "bob", "--count", "2");
        assertQuiet(run);
        assertThat(run.lines()).hasSize(4);
    }

    @Test
    void aPingWithoutAnAnswerFromTheTargetHasTimedOut() {
        mesh.probed.set(1, new Probed(FakeMesh.BOB, 2, Optional.empty()));
        CommandLab.Run run = lab.ask("ping", "bob", "--timeout", "50ms");
        assertThat(run.out()).isEqualTo("""
                        hop 1  a11ce000  0.412 ms
                        hop 2  b0b00000  no answer
                        """);
        assertThat(run.err()).isEqualTo("weft: no answer from bob within 50ms\n");
        assertThat(run.code()).isEqualTo(5);
    }

    @Test
    void aPingWithoutAWaySaysSo() {
        mesh.probed.clear();
        assertRefused(lab.ask("ping", "bob"), ExitCode.TIMED_OUT, "no answer from bob within 2s");
    }

    // ---- route

    @Test
    void theRouteIsShownFromHereToThere() {
        CommandLab.Run run = lab.ask("route", "bob");
        assertQuiet(run);
        assertThat(run.out()).isEqualTo("5e1f0000 -> a11ce000 -> b0b00000  sealed\n");
    }

    @Test
    void theRouteInJsonIsOneObject() {
        CommandLab.Run run = lab.ask("route", "bob", "--json");
        assertQuiet(run);
        assertThat(run.out())
                .isEqualTo("{\"nodes\":[\"5e1f0000-0000-8000-8000-000000000001\","
                        + "\"a11ce000-0000-8000-8000-000000000002\",\"b0b00000-0000-8000-8000-000000000003\"],"
                        + "\"hops\":2,\"sealed\":true}\n");
        assertThat(run.json().keys()).containsExactly("nodes", "hops", "sealed");
    }

    @Test
    void noRouteIsNoSuccess() {
        mesh.routes.clear();
        assertRefused(lab.ask("route", "bob"), ExitCode.NOT_FOUND, "there is no way to bob now");
        assertRefused(lab.ask("route", "bob", "--json"), ExitCode.NOT_FOUND, "there is no way to bob now");
    }

    // ---- which node is meant

    @ParameterizedTest
    @ValueSource(strings = {"bob", "b0b0", "b0b00000", "b0b00000-0000-8000-8000-000000000003"})
    void aNodeIsNamedByItsNameItsIdOrTheBeginningOfItsId(String node) {
        mesh.fate(DELIVERED);
        for (List<String> command :
                List.of(List.of("ping", node), List.of("route", node), List.of("send", node, "inbox", "hello"))) {
            assertThat(lab.ask(command.toArray(new String[0])).code()).isZero();
        }
        assertThat(mesh.sent).extracting(FakeMesh.Sent::node).containsExactly(FakeMesh.BOB);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ping", "route", "send"})
    void aNodeThatIsNotThereIsNotFound(String command) {
        CommandLab.Run run = command.equals("send") ? lab.ask(command, "eve", "inbox", "hi") : lab.ask(command, "eve");
        assertRefused(run, ExitCode.NOT_FOUND, "there is no 'eve'");
        assertThat(mesh.sent).isEmpty();
        assertThat(mesh.closings).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"ping, twin", "ping, d0d0", "route, twin", "send, d0d0"})
    void whereSeveralNodesAreMeantThePossibleOnesAreListed(String command, String node) {
        CommandLab.Run run = command.equals("send") ? lab.ask(command, node, "inbox", "hi") : lab.ask(command, node);
        assertRefused(run, ExitCode.NOT_FOUND, "'" + node + "' may be " + FakeMesh.TWIN + " or " + FakeMesh.OTHER_TWIN);
        assertThat(mesh.sent).isEmpty();
    }

    @Test
    void aComplaintCannotSteerTheTerminal() {
        assertRefused(lab.ask("route", "e\u001bve"), ExitCode.NOT_FOUND, "there is no 'e?ve'");
    }

    // ---- groups

    @Test
    void groupsAreATableForPeople() {
        CommandLab.Run run = lab.ask("groups");
        assertQuiet(run);
        assertThat(run.out()).isEqualTo("""
                        GROUP    COUNT  MEMBERS
                        ops      2      alice bob
                        weather  1      bob
                        """);
    }

    @Test
    void groupsAreAnObjectALineForPrograms() {
        CommandLab.Run run = lab.ask("groups", "--json");
        assertQuiet(run);
        assertThat(run.out())
                .isEqualTo("{\"group\":\"ops\",\"members\":[\"" + FakeMesh.ALICE + "\",\"" + FakeMesh.BOB + "\"]}\n"
                        + "{\"group\":\"weather\",\"members\":[\"" + FakeMesh.BOB + "\"]}\n");
    }

    @Test
    void whatIsSentToAGroupHasAnOutcomeForEachMemberAndTheWorstDecides() {
        mesh.fates.put(FakeMesh.ALICE, DELIVERED);
        CommandLab.Run run = lab.ask("send", "--group", "ops", "hello");
        assertQuiet(run);
        assertThat(run.out()).isEqualTo("1 member: delivered 1\n  a11ce000  delivered in 2871 µs over 2 hops\n");
        assertThat(mesh.sentToGroups).containsExactly(new FakeMesh.SentToGroup("ops", "hello", GroupSendOptions.RDM));
        mesh.fates.put(FakeMesh.BOB, Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.TIMEOUT));
        CommandLab.Run json =
                lab.ask("send", "--group", "ops", "hello", "--type", "seqpacket", "--endpoint", "inbox", "--json");
        assertThat(json.out().lines()).hasSize(2);
        assertThat(json.out()).contains("\"member\":\"" + FakeMesh.BOB + "\"");
        assertThat(json.code()).isEqualTo(ExitCode.TIMED_OUT.code());
        assertThat(mesh.sentToGroups.get(1).options()).isEqualTo(GroupSendOptions.SEQPACKET.withEndpoint("inbox"));
        lab.ask("send", "--group", "ops", "hello", "--priority", "6", "--timeout", "2s");
        assertThat(mesh.sentToGroups.get(2).options())
                .isEqualTo(GroupSendOptions.RDM.withPriority(6).withTimeout(Duration.ofSeconds(2)));
    }

    @Test
    void aGroupWithoutMembersIsNotFound() {
        CommandLab.Run run = lab.ask("send", "--everyone", "hello", "--wait", "1ms");
        assertThat(run.out()).isEqualTo("no members\n");
        assertThat(run.code()).isEqualTo(ExitCode.NOT_FOUND.code());
    }

    @Test
    void listeningToAGroupJoinsIt() {
        mesh.arriving(FakeMesh.BOB, 2, "storm");
        CommandLab.Run run = lab.run("listen", "--group", "weather", "--count", "1", "--when-full", "drop-oldest");
        assertThat(run.out()).isEqualTo("storm\n");
        assertThat(run.code()).isZero();
        assertThat(mesh.opened).containsExactly("group weather DROP_OLDEST");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            send --group ops --everyone hello   | --group and --everyone exclude each other
            listen --group ops --everyone       | --group and --everyone exclude each other
            listen --group ops --type dgram     | --type is for an ENDPOINT
            listen --everyone --type rdm        | --type is for an ENDPOINT
            """)
    void whatAGroupDoesNotGoWithIsRefusedWithTheReason(String command, String why) {
        CommandLab.Run run = lab.run(command.split(" +"));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(why);
        assertThat(mesh.joined).isEmpty();
    }

    // ---- send

    @Test
    void aDatagramIsGivenUpAfterTheFiveSecondsOfTheLibrary() {
        mesh.fate(DELIVERED);
        lab.ask("send", "bob", "inbox", "hello", "--type", "dgram");
        lab.ask("send", "bob", "inbox", "hello", "--type", "dgram", "--timeout", "7s");
        assertThat(mesh.sent)
                .extracting(FakeMesh.Sent::options)
                .containsExactly(SendOptions.DGRAM, SendOptions.DGRAM.withTimeout(Duration.ofSeconds(7)));
        lab.ask("send", "--group", "ops", "hello", "--type", "dgram");
        assertThat(mesh.sentToGroups.get(0).options()).isEqualTo(GroupSendOptions.DGRAM);
    }

    @Test
    void aDeliveredMessageIsASuccess() {
        mesh.fate(DELIVERED);
        CommandLab.Run run = lab.ask("send", "bob", "inbox", "hello");
        assertQuiet(run);
        assertThat(run.out()).isEqualTo("delivered in 2871 µs over 2 hops\n");
        assertThat(mesh.sent).containsExactly(new FakeMesh.Sent(FakeMesh.BOB, "inbox", "hello", SendOptions.RDM));
        assertThat(mesh.closings).isEqualTo(1);
    }

    @Test
    void theOutcomeInJsonIsOneObject() {
        mesh.fate(DELIVERED);
        CommandLab.Run run = lab.ask("send", "bob", "inbox", "hello", "--json");
        assertQuiet(run);
        assertThat(run.out())
                .isEqualTo("{\"outcome\":\"delivered\",\"reason\":\"none\",\"rttMicros\":2871,\"hops\":2}\n");
        assertThat(run.json().keys()).containsExactly("outcome", "reason", "rttMicros", "hops");
    }

    @ParameterizedTest
    @CsvSource({
        "DELIVERED, 0, delivered in 0 µs over 0 hops",
        "REJECTED, 1, rejected (no endpoint)",
        "UNDELIVERABLE, 1, undeliverable (no endpoint)",
        "EXPIRED, 5, expired (no endpoint)",
        "UNKNOWN, 5, unknown (no endpoint)"
    })
    void theExitCodeTellsTheOutcome(Outcome.Kind kind, int code, String text) {
        mesh.fate(Outcome.of(kind, Outcome.Reason.NO_ENDPOINT));
        CommandLab.Run run = lab.ask("send", "bob", "inbox", "hello");
        assertThat(run.code()).isEqualTo(code);
        assertThat(run.out()).isEqualTo(text + "\n");
        assertThat(run.err()).isEmpty();
        CommandLab.Run json = lab.ask("send", "bob", "inbox", "hello", "--json");
        assertThat(json.code()).isEqualTo(code);
        assertThat(json.json().field("reason")).isEqualTo("no_endpoint");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", ""})
    void aMessageMayComeFromStdin(String dash) {
        mesh.fate(DELIVERED);
        lab.stdin("žluť\nfrom a pipe");
        CommandLab.Run run = dash.isEmpty() ? lab.ask("send", "bob", "inbox") : lab.ask("send", "bob", "inbox", dash);
        assertQuiet(run);
        assertThat(mesh.sent).extracting(FakeMesh.Sent::payload).containsExactly("žluť\nfrom a pipe");
    }

    @Test
    void anEmptyMessageIsAMessage() {
        mesh.fate(DELIVERED);
        lab.stdin("not this");
        assertQuiet(lab.ask("send", "bob", "inbox", ""));
        assertThat(mesh.sent).extracting(FakeMesh.Sent::payload).containsExactly("");
    }

    @Test
    void kindAndTimeoutReachTheMesh() {
        mesh.fate(DELIVERED);
        assertQuiet(lab.ask("send", "bob", "inbox", "hi", "--type", "dgram", "--timeout", "250ms"));
        assertThat(mesh.sent)
                .extracting(FakeMesh.Sent::options)
                .containsExactly(new SendOptions(SocketKind.DGRAM, Duration.ofMillis(250)));
    }

    @Test
    void whatIsToBeSealedReachesTheMesh() {
        mesh.fate(DELIVERED);
        assertQuiet(lab.ask("send", "bob", "inbox", "hi", "--sealed"));
        assertThat(mesh.sent)
                .extracting(FakeMesh.Sent::options)
                .containsExactly(SendOptions.RDM.withSecrecy(Secrecy.SEALED));
        mesh.arriving(FakeMesh.ALICE, 1, "one");
        assertThat(lab.run("listen", "inbox", "--sealed", "--count", "1").code())
                .isZero();
        assertThat(mesh.opened).containsExactly("inbox RDM sealed");
    }

    // ---- listen

    @Test
    void listenPrintsMessagesAndEndsAfterSoMany() {
        mesh.arriving(FakeMesh.ALICE, 1, "one", "two", "three");
        CommandLab.Run run = lab.run("listen", "inbox", "--name", "carol", "--count", "2");
        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo("one\ntwo\n");
        assertThat(run.err()).isEqualTo("""
                        listening as carol, node 5e1f0000-0000-8000-8000-000000000001
                        from a11ce000, 3 bytes over 1 hops
                        from a11ce000, 3 bytes over 1 hops
                        """);
        assertThat(mesh.opened).containsExactly("inbox RDM");
        assertThat(mesh.closings).isEqualTo(1);
    }

    @Test
    void listenPrintsAnyBytesAsJson() {
        mesh.arriving.add(new Message(FakeMesh.BOB, new byte[] {0, -1, 10, 34}, 2));
        CommandLab.Run run = lab.run("listen", "inbox", "--type", "dgram", "--count", "1", "--json");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .isEqualTo("{\"from\":\"b0b00000-0000-8000-8000-000000000003\",\"hops\":2,\"bytes\":4,"
                        + "\"payload\":\"AP8KIg==\"}\n");
        assertThat(run.json().keys()).containsExactly("from", "hops", "bytes", "payload");
        assertThat(mesh.opened).containsExactly("inbox DGRAM");
    }

    @Test
    void listenGivesUpWhereNothingComesInTime() {
        mesh.arriving(FakeMesh.ALICE, 1, "one");
        CommandLab.Run run = lab.run("listen", "inbox", "--timeout", "20ms");
        assertThat(run.out()).isEqualTo("one\n");
        assertThat(run.code()).isEqualTo(5);
    }

    @Test
    void aMessageOverAConnectionIsSentWithItsPriorityAndItsOutcomeIsTold() {
        mesh.fate(DELIVERED);
        CommandLab.Run run = lab.ask("send", "bob", "talk", "hello", "--type", "seqpacket", "--priority", "6");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(mesh.opened).containsExactly("packets to b0b00000 talk priority 6", "sent hello", "finish");
    }

    @Test
    void aStreamIsDeliveredWhenItsLastByteIs() {
        CommandLab.Run run = lab.stdin("many bytes").ask("send", "bob", "talk", "--type", "stream", "--timeout", "2s");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("delivered");
        assertThat(run.code()).isZero();
        assertThat(mesh.opened).containsExactly("stream to b0b00000 talk priority 3", "wrote many bytes", "finish");
    }

    @Test
    void aConnectionThatIsRefusedIsAnOutcomeLikeAnyOther() {
        mesh.refusedConnections = Optional.of(Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.NO_ENDPOINT));
        for (String type : List.of("seqpacket", "stream")) {
            CommandLab.Run run = lab.ask("send", "bob", "talk", "hello", "--type", type);
            assertThat(run.out()).isEqualTo("rejected (no endpoint)\n");
            assertThat(run.code()).isEqualTo(1);
        }
    }

    @Test
    void aTypeOrPriorityThatThereIsNotIsWrongUsage() {
        assertThat(lab.ask("send", "bob", "talk", "hello", "--type", "raw").code())
                .isEqualTo(2);
        assertThat(lab.ask("send", "bob", "talk", "hello", "--priority", "8").code())
                .isEqualTo(2);
        assertThat(lab.ask("send", "--everyone", "hello", "--type", "stream").code())
                .isEqualTo(2);
        assertThat(lab.ask("send", "--everyone", "hello", "--priority", "8").code())
                .isEqualTo(2);
        assertThat(lab.run("listen", "inbox", "--type", "raw").code()).isEqualTo(2);
    }

    @Test
    void limitsAreTakenFromTheOptionsAndWrongOnesAreNamed() {
        mesh.fate(DELIVERED);
        lab.ask("send", "bob", "inbox", "hello", "--limit", "links=7", "--limit", "send-bits-per-second=9000");
        assertThat(mesh.joined.orElseThrow().limits())
                .isEqualTo(Limits.DEFAULT.with(Limit.LINKS, 7).with(Limit.SEND_RATE, 9_000));
        assertThat(lab.ask("send", "bob", "inbox", "hello", "--limit", "links=0")
                        .err())
                .contains("links=0 must be from 1 to 1024");
        assertThat(lab.ask("send", "bob", "inbox", "hello", "--limit", "lynks=5")
                        .err())
                .contains("no limit 'lynks'");
    }

    // ---- dead

    private void aDeadLetter() {
        mesh.deadLetters.add(new DeadLetter(
                7,
                Instant.parse("2026-03-04T05:06:07.089Z"),
                FakeMesh.BOB,
                "in\u0007box",
                Outcome.of(Outcome.Kind.EXPIRED, Outcome.Reason.NO_ROUTE),
                new byte[3]));
    }

    @Test
    void deadLettersAreALineEach() {
        aDeadLetter();
        CommandLab.Run run = lab.ask("dead");
        assertQuiet(run);
        assertThat(run.out()).isEqualTo("2026-03-04T05:06:07.089Z  b0b00000/in?box  expired (no route)\n");
    }

    @Test
    void deadLettersAreAnObjectEachInJson() {
        aDeadLetter();
        CommandLab.Run run = lab.ask("dead", "--json");
        assertQuiet(run);
        assertThat(run.out())
                .isEqualTo("{\"ticket\":7,\"at\":\"2026-03-04T05:06:07.089Z\","
                        + "\"node\":\"b0b00000-0000-8000-8000-000000000003\",\"endpoint\":\"in\\u0007box\","
                        + "\"outcome\":\"expired\",\"reason\":\"no_route\"}\n");
        assertThat(run.json().keys()).containsExactly("ticket", "at", "node", "endpoint", "outcome", "reason");
    }

    @Test
    void withoutDeadLettersThereIsNothingToSay() {
        CommandLab.Run run = lab.ask("dead");
        assertQuiet(run);
        assertThat(run.out()).isEmpty();
    }

    // ---- stats

    private void someStatistics() {
        Map<Outcome.Kind, Long> outcomes = new TreeMap<>();
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            outcomes.put(kind, 10L + kind.ordinal());
        }
        mesh.statistics = new Statistics(
                63,
                3,
                outcomes,
                5,
                1,
                9,
                new TreeMap<>(Map.of("retransmissions", 4L, "spf.runs", 2L)),
                List.of(new LinkStatus(
                        FakeMesh.ALICE,
                        Locator.parse("tcp/10.0.0.1:7400"),
                        Duration.ofNanos(412_345),
                        Duration.ofNanos(400_000),
                        Duration.ofNanos(9_000),
                        Duration.ofNanos(-1_500_000),
                        12_345,
                        10,
                        20,
                        1_000,
                        2_000,
                        3,
                        Map.of(LinkStatus.Drop.QUEUE_FULL, 2L, LinkStatus.Drop.NOT_UP, 1L),
                        new LinkStatus.Rates(
                                List.of(600L, 500L, 400L, 300L, 200L, 100L), List.of(6L, 5L, 4L, 3L, 2L, 1L)))),
                List.of(new EndpointStatus("inbox", SocketKind.RDM, 4, 0, 1_128)),
                new Statistics.Elsewhere(1, 1));
    }

    @Test
    void statisticsAreTwoTables() {
        someStatistics();
        CommandLab.Run run = lab.ask("stats");
        assertQuiet(run);
        assertThat(run.out()).isEqualTo("""
                        sent             63
                        in flight        3
                        delivered        10
                        rejected         11
                        undeliverable    12
                        expired          13
                        unknown          14
                        received         5
                        refused          1
                        forwarded        9
                        retransmissions  4
                        spf.runs         2

                        LINK      BY   RTT       MIN       VARIES    CLOCK      DRIFT       IN                 OUT                QUEUED  DROPPED
                        a11ce000  tcp  0.412 ms  0.400 ms  0.009 ms  -1.500 ms  12.345 ppm  10 frames, 1000 B  20 frames, 2000 B  3       3 (2 queue full, 1 not up)
                        all                                                                 10 frames, 1000 B  20 frames, 2000 B  3       3 (2 queue full, 1 not up)

                        ENDPOINT        KIND  RECEIVED  REFUSED  HELD
                        inbox           rdm   4         0        1128 B
                        closed or none        1         1

                        BYTES/S        -0..10s  -10..20s  -20..30s  -30..40s  -40..50s  -50..60s
                        a11ce000  in   600      500       400       300       200       100
                        a11ce000  out  6        5         4         3         2         1
                        all       in   600      500       400       300       200       100
                        all       out  6        5         4         3         2         1
                        """);
    }

    @Test
    void statisticsInJsonAreOneObject() {
        someStatistics();
        CommandLab.Run run = lab.ask("stats", "--json");
        assertQuiet(run);
        assertThat(run.out())
                .isEqualTo("{\"sent\":63,\"inFlight\":3,\"outcomes\":{\"delivered\":10,\"rejected\":11,"
                        + "\"undeliverable\":12,\"expired\":13,\"unknown\":14},\"received\":5,\"refused\":1,"
                        + "\"forwarded\":9,\"counters\":{\"retransmissions\":4,\"spf.runs\":2},\"links\":[{"
                        + "\"peer\":\"a11ce000-0000-8000-8000-000000000002\",\"locator\":\"tcp/10.0.0.1:7400\","
                        + "\"rttMicros\":412,\"rttMinMicros\":400,\"rttVariationMicros\":9,\"clockOffsetMicros\":-1500,"
                        + "\"clockDriftPartsPerBillion\":12345,\"framesIn\":10,"
                        + "\"framesOut\":20,\"bytesIn\":1000,\"bytesOut\":2000,\"queuedFrames\":3,\"dropped\":3,"
                        + "\"drops\":{\"queue-full\":2,\"too-long\":0,\"malformed\":0,\"not-up\":1},"
                        + "\"bytesInPerSecond\":[600,500,400,300,200,100],\"bytesOutPerSecond\":[6,5,4,3,2,1]}],"
                        + "\"linkSums\":{\"framesIn\":10,\"framesOut\":20,\"bytesIn\":1000,\"bytesOut\":2000,"
                        + "\"queuedFrames\":3,\"dropped\":3,"
                        + "\"drops\":{\"queue-full\":2,\"too-long\":0,\"malformed\":0,\"not-up\":1},"
                        + "\"bytesInPerSecond\":[600,500,400,300,200,100],"
                        + "\"bytesOutPerSecond\":[6,5,4,3,2,1]},\"endpoints\":[{\"name\":\"inbox\",\"kind\":\"rdm\","
                        + "\"received\":4,\"refused\":0,\"heldBytes\":1128}],"
                        + "\"elsewhere\":{\"received\":1,\"refused\":1}}\n");
        assertThat(run.json().keys())
                .containsExactly(
                        "sent",
                        "inFlight",
                        "outcomes",
                        "received",
                        "refused",
                        "forwarded",
                        "counters",
                        "links",
                        "linkSums",
                        "endpoints",
                        "elsewhere");
    }

    // ---- up

    // ---- perf

    @Test
    void perfTellsLatencyAndThroughput() {
        mesh.fate(DELIVERED);
        CommandLab.Run run = lab.ask("perf", "bob", "--size", "64", "--for", "100ms");
        assertThat(run.code()).isZero();
        assertThat(run.lines().get(0)).isEqualTo("to bob over 2 hops, 64 bytes a message");
        assertThat(run.lines().get(1)).startsWith("there and back  p50 2872 µs  p90 2872 µs  p99 2872 µs");
        assertThat(run.lines().get(2)).matches("throughput +[\\d,]+ messages/s +[\\d,.]+ MB/s .*");
        assertThat(run.lines().get(3)).matches("delivered +[\\d,]+ +not delivered 0");
        assertThat(run.err()).contains("one message of 64 bytes at a time", "as many as go through");
        assertThat(mesh.sent.get(0).node()).isEqualTo(FakeMesh.BOB);
        assertThat(mesh.sent.get(0).payload()).hasSize(64);
    }

    @Test
    void perfIsOneObjectInJson() {
        mesh.fate(DELIVERED);
        CommandLab.Run run = lab.ask("perf", "bob", "--size", "0", "--for", "100ms", "--json");
        assertThat(run.lines()).hasSize(1);
        assertThat(run.json().keys())
                .containsExactly(
                        "node",
                        "hops",
                        "bytes",
                        "roundTrips",
                        "p50Micros",
                        "p90Micros",
                        "p99Micros",
                        "maxMicros",
                        "messagesPerSecond",
                        "bytesPerSecond",
                        "cpuSecondsPerMillion",
                        "delivered",
                        "failed");
    }

    @Test
    void perfSaysWhenANodeTakesNothing() {
        mesh.fate(Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.NO_ENDPOINT));
        CommandLab.Run run = lab.ask("perf", "bob", "--for", "100ms");
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("weft: the node takes nothing to measure: `weft up` does, unless told --no-perf");
        assertThat(run.code()).isEqualTo(ExitCode.FAILED.code());
    }

    @ParameterizedTest
    @CsvSource({
        "--for, 50ms, --for 50ms must be from 100ms to 1h",
        "--for, 2h, --for 2h must be from 100ms to 1h",
        "--size, -1, --size -1 must be from 0 to 16777216",
        "--size, 16777217, --size 16777217 must be from 0 to 16777216"
    })
    void perfRefusesWhatItCannotMeasure(String option, String value, String complaint) {
        assertRefused(lab.ask("perf", "bob", option + "=" + value), ExitCode.USAGE, complaint);
        assertThat(mesh.joined).isEmpty();
    }

    @Test
    void upTakesWhatPerfSendsUnlessToldNotTo() throws InterruptedException {
        lab.interrupted("up", "--ephemeral");
        assertThat(mesh.opened).containsExactly("weft/perf RDM");
        mesh.opened.clear();
        FakeMesh other = new FakeMesh();
        new CommandLab(other).interrupted("up", "--ephemeral", "--no-perf");
        assertThat(other.opened).isEmpty();
    }

    @Test
    void upTellsThatItHasJoinedAndWhatHappens() throws InterruptedException {
        mesh.events.add(new MeshEvent(
                Instant.parse("2026-03-04T05:06:07.089Z"), MeshEvent.Kind.PEER_UP, FakeMesh.BOB, "b\u001bob"));
        CommandLab.Run run = lab.interrupted("up", "--name", "carol", "--mesh", "demo", "--ephemeral");
        assertThat(run.lines()).hasSize(2);
        assertThat(run.lines().get(0))
                .isEqualTo("joined mesh demo as carol, node 5e1f0000-0000-8000-8000-000000000001");
        assertThat(run.lines().get(1)).matches("\\d\\d:\\d\\d:\\d\\d\\.089  peer up          b0b00000  b\\?ob");
        assertThat(run.code()).isEqualTo(ExitCode.INTERRUPTED.code());
        assertThat(mesh.closings).isEqualTo(1);
    }

    /** Every character that could move a cursor, change a colour or turn a line around, in names that others have chosen. */
    @Test
    void noNameThatOthersHaveChosenSteersTheTerminalWhicheverCommandShowsIt() throws InterruptedException {
        String[][] commands = {
            {"peers"},
            {"peers", "--json"},
            {"topology"},
            {"topology", "--dot"},
            {"topology", "--json"},
            {"groups"},
            {"groups", "--json"},
            {"route", "b0b00000"},
            {"route", "b0b00000", "--json"},
            {"explain", "b0b00000"},
            {"explain", "b0b00000", "--json"},
            {"ping", "b0b00000", "--count", "1"},
            {"stats"},
            {"stats", "--json"},
            {"dead"},
            {"dead", "--json"},
        };
        Prng prng = new Prng(28);
        String steering =
                "\u001b\u0007\b\r\n\t\u007f\u009b\u0085\u200e\u200f\u202a\u202e\u2066\u2069\u2028\u2029\ufeff";
        mesh.peers.clear();
        mesh.members.clear();
        mesh.peers.add(FakeMesh.peer(FakeMesh.ALICE, "n" + steering, 1, Duration.ofMillis(1)));
        for (int i = 0; i < 100; i++) {
            StringBuilder drawn = new StringBuilder("n");
            for (int left = 1 + prng.below(12); left > 0; left--) {
                drawn.append(
                        prng.chance(500_000)
                                ? steering.charAt(prng.below(steering.length()))
                                : (char) ('!' + prng.below(90)));
            }
            String name = drawn.toString();
            NodeId id = i == 0 ? FakeMesh.BOB : new NodeId(prng.nextLong(), 0x8000000000000000L | i);
            mesh.peers.add(FakeMesh.peer(id, name, 2, Duration.ofMillis(1)));
            mesh.members.put(name, List.of(FakeMesh.ALICE, id));
            mesh.refusals.add(new Refusal(
                    Instant.EPOCH,
                    FakeMesh.BOB,
                    Optional.of(Locator.parse("tcp/10.0.0.2:7400")),
                    Refusal.By.OTHER_NODE,
                    "NOT_A_MEMBER",
                    "node " + name));
            mesh.deadLetters.add(new DeadLetter(
                    7, Instant.EPOCH, FakeMesh.BOB, name, DELIVERED, name.getBytes(StandardCharsets.UTF_8)));
        }
        for (String[] command : commands) {
            CommandLab.Run run = lab.ask(command);
            for (String said : List.of(run.out(), run.err())) {
                assertThat(said.codePoints().filter(c -> c != '\n' && isSteering(c)))
                        .as("%s: %s", List.of(command), said)
                        .isEmpty();
            }
        }
        mesh.events.add(new MeshEvent(Instant.EPOCH, MeshEvent.Kind.PEER_UP, FakeMesh.BOB, "n" + steering));
        CommandLab.Run up = lab.interrupted("up", "--ephemeral");
        assertThat(up.out().codePoints().filter(c -> c != '\n' && isSteering(c)))
                .isEmpty();
    }

    private static boolean isSteering(int c) {
        int type = Character.getType(c);
        return Character.isISOControl(c)
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    @Test
    void whatANodeWarnsOfIsOnStderrTooWhereAPipeDoesNotTakeIt() throws InterruptedException {
        mesh.events.add(new MeshEvent(
                Instant.EPOCH, MeshEvent.Kind.WARNING, FakeMesh.SELF, "links are not \u001b[8mencrypted"));
        CommandLab.Run up = lab.interrupted("up", "--ephemeral", "--json");
        assertThat(up.err()).contains("weft: warning: links are not ?[8mencrypted\n");
        assertThat(up.json().field("event")).isEqualTo("warning");
    }

    @Test
    void upTellsItInJson() throws InterruptedException {
        mesh.events.add(new MeshEvent(
                Instant.parse("2026-03-04T05:06:07.089Z"), MeshEvent.Kind.LINK_DOWN, FakeMesh.BOB, "silent"));
        CommandLab.Run run = lab.interrupted("up", "--name", "carol", "--mesh", "demo", "--ephemeral", "--json");
        assertThat(run.out()).isEqualTo("""
                        {"event":"joined","mesh":"demo","node":"5e1f0000-0000-8000-8000-000000000001"}
                        {"at":"2026-03-04T05:06:07.089Z","event":"link_down","node":"b0b00000-0000-8000-8000-000000000003","detail":"silent"}
                        """);
        assertThat(run.json().keys()).containsExactly("at", "event", "node", "detail");
    }

    @Test
    void upTakesItsOptionsToTheMesh() throws InterruptedException {
        CommandLab.Run run = lab.interrupted(
                "up",
                "--name",
                "carol",
                "--state",
                "/tmp/state",
                "--pin",
                "alice",
                "--forbid",
                "bob",
                "--only-pinned",
                "--heartbeat",
                "250ms",
                "--handshake",
                "3s",
                "--remote",
                "2",
                "--plaintext",
                "--listen",
                "tcp/0.0.0.0:7400",
                "--peer",
                "tcp/10.0.0.7:7400",
                "--peers",
                "/tmp/peers",
                "--run",
                "/tmp/run",
                "--beacon",
                "239.1.2.3:4567");
        assertThat(run.code()).isEqualTo(ExitCode.INTERRUPTED.code());
        MeshConfig config = mesh.joined.orElseThrow();
        assertThat(config.nodeName()).isEqualTo("carol");
        assertThat(config.identity()).isEqualTo(MeshConfig.Identity.KEPT);
        assertThat(config.stateDirectory()).hasToString("/tmp/state");
        assertThat(config.links())
                .isEqualTo(new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, List.of("alice"), List.of("bob")));
        assertThat(config.heartbeat()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.handshake()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.remoteHops()).isEqualTo(2);
        assertThat(config.encryption()).isEqualTo(MeshConfig.Encryption.PLAINTEXT);
        assertThat(config.listen()).containsExactly(Locator.parse("tcp/0.0.0.0:7400"));
        assertThat(config.peers()).containsExactly(Locator.parse("tcp/10.0.0.7:7400"));
        assertThat(config.peerFile().orElseThrow()).hasToString("/tmp/peers");
        assertThat(config.runtimeDirectory()).hasToString("/tmp/run");
        assertThat(config.beacon()).isEqualTo(new MeshConfig.Beacon(MeshConfig.Beacon.Mode.ON, "239.1.2.3", 4567));
    }

    // ---- joining

    @Test
    void aCommandJoinsBrieflyUnderANewIdentityAndLeaves() {
        assertQuiet(lab.ask("peers", "--mesh", "demo", "--no-beacon"));
        MeshConfig config = mesh.joined.orElseThrow();
        assertThat(config.mesh()).isEqualTo("demo");
        assertThat(config.identity()).isEqualTo(MeshConfig.Identity.EPHEMERAL);
        assertThat(config.beacon()).isEqualTo(MeshConfig.Beacon.NONE);
        assertThat(config.remoteHops()).isZero();
        assertThat(mesh.closings).isEqualTo(1);
    }

    @Test
    void theViewIsUsedOnceItHasNotChangedForTheSettlingTime() {
        long began = System.nanoTime();
        assertQuiet(lab.run("peers", "--settle", "60ms"));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(60));
        assertThat(mesh.looks).isGreaterThan(2);
    }

    @Test
    void anEmptyViewIsWaitedForTenTimesAsLong() {
        mesh.peers.clear();
        long began = System.nanoTime();
        assertQuiet(lab.run("peers", "--settle", "20ms"));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(200));
    }

    @Test
    void whoHasALinkWaitsForTheMeshToTellOfItsNodes() {
        someStatistics();
        mesh.looksUntilSeen = 50;
        CommandLab.Run run = lab.run("peers", "--settle", "10ms");
        assertQuiet(run);
        assertThat(run.lines()).hasSize(5);
    }

    @Test
    void aNodeThatCannotStartIsItsOwnExitCode() {
        mesh.refusing(new MeshStartException("port 7400 is taken: choose another with --listen"));
        assertRefused(lab.ask("peers"), ExitCode.NO_NODE, "port 7400 is taken: choose another with --listen");
        assertRefused(lab.run("listen", "inbox"), ExitCode.NO_NODE, "port 7400 is taken: choose another with --listen");
        assertRefused(lab.run("up"), ExitCode.NO_NODE, "port 7400 is taken: choose another with --listen");
    }

    @Test
    void whatNobodyExpectedFailsWithoutAStackTraceUnlessAskedFor() {
        mesh.refusing(new IllegalStateException("the engine has broken"));
        assertRefused(lab.ask("peers"), ExitCode.FAILED, "the engine has broken");
        CommandLab.Run verbose = lab.ask("peers", "--verbose");
        assertThat(verbose.err()).contains("java.lang.IllegalStateException", "\tat dev.weft.cli");
        assertThat(verbose.err()).endsWith("weft: the engine has broken\n");
        assertThat(verbose.out()).isEmpty();
    }

    @Test
    void aFailureWithoutWordsIsNamedByItsType() {
        mesh.refusing(new UnsupportedOperationException());
        assertRefused(lab.ask("peers"), ExitCode.FAILED, "java.lang.UnsupportedOperationException");
    }

    // ---- interrupts

    @Test
    void anInterruptedCommandLeavesTheMeshAndSaysSo() throws InterruptedException {
        List<List<String>> commands = new ArrayList<>();
        commands.add(List.of("send", "bob", "inbox", "hi", "--settle", "0s"));
        commands.add(List.of("listen", "inbox"));
        commands.add(List.of("ping", "bob", "--settle", "0s"));
        commands.add(List.of("up", "--json"));
        for (List<String> command : commands) {
            FakeMesh waited = new FakeMesh();
            waited.answersProbes = false;
            CommandLab.Run run = new CommandLab(waited).interrupted(command.toArray(new String[0]));
            assertThat(run.code()).as("%s", command).isEqualTo(130);
            assertThat(run.err()).as("%s", command).endsWith("weft: interrupted\n");
            assertThat(waited.closings).as("%s", command).isEqualTo(1);
        }
    }

    @Test
    void anInterruptWhileTheViewSettlesLeavesTheMeshToo() {
        Thread.currentThread().interrupt();
        CommandLab.Run run = lab.run("peers", "--settle", "1h");
        assertThat(Thread.interrupted()).isTrue();
        assertRefused(run, ExitCode.INTERRUPTED, "interrupted");
        assertThat(mesh.closings).isEqualTo(1);
    }

    // ---- usage

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        ping bob --count 0              | --count 0 must be 1 or more
        ping bob --timeout soon         | 'soon' is no duration: write it as 250ms, 2s, 10m or 1h
        ping bob --timeout 9999999h     | '9999999h' is too long: at most 8760h
        listen inbox --count 0          | --count 0 must be 1 or more
        listen inbox --type tcp         | --type tcp must be dgram, rdm, seqpacket or stream
        listen inbox --timeout soon     | 'soon' is no duration: write it as 250ms, 2s, 10m or 1h
        send bob inbox hi --type tcp    | --type tcp must be dgram, rdm, seqpacket or stream
        send bob inbox hi --priority 8  | --priority 8 must be from 0 to 7
        send bob inbox hi --timeout 0s  | --timeout 0s must be from 1ms to 1h
        send bob inbox hi --timeout 2h  | --timeout 2h must be from 1ms to 1h
        peers --settle 5                | '5' is no duration: write it as 250ms, 2s, 10m or 1h
        peers --listen 10.0.0.7:7400    | locator '10.0.0.7:7400' has no scheme: write it as tcp/host:port or unix/path
        peers --beacon 23000            | '23000' must be a group and a port, as in 230.230.230.230:23000
        peers --beacon 230.1.1.1:x      | '230.1.1.1:x' must be a group and a port, as in 230.230.230.230:23000
        peers --beacon 230.1.1.1:70000  | beacon port 70000 must be from 1 to 65535
        up --heartbeat often            | 'often' is no duration: write it as 250ms, 2s, 10m or 1h
        sim --faults some               | --faults some must be none, crashes or swarm
        sim --runs 0                    | --runs 0 must be 1 or more
        sim --for 9999999h              | '9999999h' is too long: at most 8760h
        """)
    void whatIsWrittenWrongIsRefusedBeforeAnythingIsJoined(String command, String complaint) {
        assertRefused(lab.run(command.split(" +")), ExitCode.USAGE, complaint);
        assertThat(mesh.joined).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        peers --remote 33 --plaintext   | remote=33 must be from 0 to 32 hops
        peers --remote -1               | remote=-1 must be from 0 to 32 hops
        up --heartbeat 10ms             | heartbeat PT0.01S must be from 50 ms to 60 s
        up --handshake 10ms             | handshake PT0.01S must be from 100 ms to 10 min
        peers --mesh a/b                | mesh name 'a/b' must be 1 to 64 ASCII letters, digits, '.', '_' or '-'
        """)
    void whatTheMeshCannotTakeIsWrongUsage(String command, String complaint) {
        assertRefused(lab.run(command.split(" +")), ExitCode.USAGE, complaint);
        assertThat(mesh.joined).isEmpty();
    }

    @Test
    void beyondThisHostPlaintextHasToBeSaid() {
        CommandLab.Run run = lab.run("peers", "--remote", "1");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--plaintext");
    }

    @Test
    void anEndpointsNameHas1To128Bytes() {
        String complaint = "an endpoint's name has 1 to 128 bytes, this one ";
        assertRefused(lab.run("send", "bob", "", "hi"), ExitCode.USAGE, complaint + 0);
        assertRefused(lab.run("send", "bob", "ž".repeat(65), "hi"), ExitCode.USAGE, complaint + 130);
        assertRefused(lab.run("listen", ""), ExitCode.USAGE, complaint + 0);
        assertThat(mesh.joined).isEmpty();
    }

    @Test
    void aMessageOfMoreThan16MebibytesIsRefused() {
        lab.stdin("x".repeat((16 << 20) + 1));
        assertRefused(lab.run("send", "bob", "inbox", "-"), ExitCode.USAGE, "a message has at most 16777216 bytes");
        assertThat(mesh.joined).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        peers --jsom             | Unknown option: '--jsom'     | --json
        topology --dto           | Unknown option: '--dto'      | --dot
        send bob inbox --timeot 1s | Unknown option: '--timeot' | --timeout
        pers                     | Unmatched argument           | peers
        """)
    void aTypingErrorGetsAHint(String command, String complaint, String hint) {
        CommandLab.Run run = lab.run(command.split(" +"));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(complaint, hint);
        assertThat(mesh.joined).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "peers bob",
                "ping",
                "route",
                "listen",
                "send bob",
                "send --group ops one two",
                "listen",
                "listen inbox --group ops",
                "send bob inbox one two",
                "ping bob --count many",
                "ping bob --count 1 --count 2",
                "send bob inbox hi --timeout"
            })
    void missingRepeatedAndMeaninglessArgumentsAreWrongUsage(String command) {
        CommandLab.Run run = lab.run(command.isEmpty() ? new String[0] : command.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Usage: weft");
        assertThat(mesh.joined).isEmpty();
    }

    // ---- help

    @ParameterizedTest
    @ValueSource(strings = {"up", "peers", "topology", "ping", "perf", "route", "send", "listen", "dead", "stats"})
    void theHelpOfEveryCommandTellsUnitsDefaultsAndExitCodes(String command) {
        CommandLab.Run run = lab.run(command, "--help");
        assertQuiet(run);
        assertThat(run.out())
                .startsWith("Usage: weft " + command)
                .contains("250ms, 2s, 10m or 1h", "Exit codes:", "default 300ms", "--json");
        assertThat(run.out().replaceAll("\\s+", " ")).contains("in JSON in microseconds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sim", "demo"})
    void theHelpOfWhatJoinsNoMeshTellsUnitsAndDefaultsToo(String command) {
        CommandLab.Run run = lab.run(command, "--help");
        assertQuiet(run);
        assertThat(run.out()).startsWith("Usage: weft " + command).contains("default", "s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up",
                "peers",
                "topology",
                "ping",
                "perf",
                "route",
                "send",
                "listen",
                "dead",
                "stats",
                "sim",
                "demo"
            })
    void everyOptionOfACommandTellsItsDefault(String command) {
        String help = lab.run(command, "--help").out().replaceAll("\\n {6,}", " ");
        List<String> silent = help.lines()
                .filter(line -> line.matches("\\s+(-., )?--.*"))
                .filter(line -> !line.contains("--help") && !line.contains("--version") && !line.contains("--verbose"))
                .filter(line -> !line.contains("default"))
                .toList();
        assertThat(silent).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ExitCode.class)
    void theHelpListsEveryExitCode(ExitCode code) {
        assertThat(lab.run("send", "--help").out()).containsPattern("(?m)^ +" + code.code() + " +\\S");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "peers --version", "send --version"})
    void everyCommandKnowsTheVersion(String command) {
        CommandLab.Run run = lab.run(command.split(" "));
        assertQuiet(run);
        assertThat(run.out()).isEqualTo("weft 0.1.0\n");
    }
}
