package dev.weft.net;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * Removes the files of shared memory whose makers died between making them and agreeing on them, which takes no longer
 * than a handshake. Called by whoever begins to listen in a directory, and by whoever looks at it from time to time.
 */
public final class LeftRings {
    /** What the names of such files end with. */
    public static final String SUFFIX = ".ring";

    private static final Duration AGREED_WITHIN = Duration.ofMinutes(1);

    private LeftRings() {}

    public static void remove(Path directory) {
        Instant recently = Instant.now().minus(AGREED_WITHIN);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                        .toInstant()
                        .isBefore(recently)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            // Whoever looks next tries again.
            return;
        }
    }
}
