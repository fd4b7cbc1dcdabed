package dev.weft.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the command in this process, before a scripted mesh, and catches what it prints. */
final class CommandLab {
    /** What a shell would see. */
    record Run(int code, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }

        /** The last line of stdout, as one JSON object. */
        JsonText json() {
            return JsonText.parse(lines().get(lines().size() - 1));
        }
    }

    final FakeMesh mesh;
    private String stdin = "";

    CommandLab(FakeMesh mesh) {
        this.mesh = mesh;
    }

    CommandLab stdin(String text) {
        stdin = text;
        return this;
    }

    /** For commands that wait until the view of the mesh has settled: this one has from the start. */
    Run ask(String... args) {
        List<String> settled = new ArrayList<>(List.of(args));
        settled.addAll(1, List.of("--settle", "0s"));
        return run(settled.toArray(new String[0]));
    }

    Run run(String... args) {
        InputStream in = System.in;
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)));
            System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
            int code = Main.run(mesh.joiner(), args);
            return new Run(code, said.toString(StandardCharsets.UTF_8), complained.toString(StandardCharsets.UTF_8));
        } finally {
            System.setIn(in);
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** Interrupts the command as soon as it waits for the mesh. */
    Run interrupted(String... args) throws InterruptedException {
        mesh.waitsForEvents = args[0].equals("up");
        Thread runner = Thread.currentThread();
        Thread interrupter = new Thread(
                () -> {
                    try {
                        if (mesh.waiting.await(20, TimeUnit.SECONDS)) {
                            runner.interrupt();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "interrupter");
        interrupter.start();
        Run run = run(args);
        boolean flagged = Thread.interrupted();
        interrupter.join();
        if (!flagged) {
            throw new AssertionError("the command has swallowed the interrupt");
        }
        return run;
    }
}
