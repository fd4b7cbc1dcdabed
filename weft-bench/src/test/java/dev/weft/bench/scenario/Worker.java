package dev.weft.bench.scenario;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * One process of a scenario, steered by lines on stdin, each answered by one line on stdout. Ends with its stdin, so
 * it never outlives the driver.
 */
public final class Worker {
    /** Before each answer, for some systems write to stdout what they please. */
    static final String ANSWER = "= ";

    private Worker() {}

    public static void main(String[] args) throws Exception {
        Setting setting = Setting.parse(args);
        if (setting.role() == Role.RELAY) {
            relay(setting);
        } else {
            endpoint(setting);
        }
        // Systems leave threads behind that are no daemons.
        System.exit(0);
    }

    private interface Answers {
        String answer(String[] words) throws Exception;
    }

    private static void endpoint(Setting setting) throws Exception {
        Task task = switch (setting.role()) {
            case SOURCE -> new Source(setting);
            case SINK -> new Sink(setting);
            case PINGER -> new Pinger(setting);
            case ECHO -> new Echo();
            case RELAY -> throw new IllegalArgumentException("a relay is no end");
        };
        try (Station station = setting.contender().open(setting, task)) {
            task.attach(station);
            answerAll(words -> switch (words[0]) {
                case "listen" -> "listening " + station.listen();
                case "dial" -> {
                    station.dial(rest(words));
                    yield "dialled";
                }
                case "hold" -> Holding.of(station, words);
                default -> task.answer(words);
            });
        }
    }

    private static void relay(Setting setting) throws Exception {
        try (Relay relay = setting.contender().openRelay(setting)) {
            answerAll(words -> switch (words[0]) {
                case "listen" -> "listening " + relay.listenFront() + " " + relay.listenBack();
                case "dial" -> {
                    relay.dialFront(rest(words));
                    yield "dialled";
                }
                case "dial-back" -> {
                    relay.dialBack(rest(words));
                    yield "dialled";
                }
                case "hold" -> "heap " + Holding.usedAfterCollection();
                default -> throw new IllegalArgumentException(words[0]);
            });
        }
    }

    private static List<String> rest(String[] words) {
        return Arrays.asList(words).subList(1, words.length);
    }

    private static void answerAll(Answers answers) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println(ANSWER + "ready");
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(ANSWER + answerOne(answers, line));
        }
    }

    private static String answerOne(Answers answers, String line) {
        try {
            return answers.answer(line.split(" "));
        } catch (Exception e) {
            return "failed " + e;
        }
    }
}
