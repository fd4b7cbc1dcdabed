package dev.weft.node;

import dev.weft.Locator;
import dev.weft.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * A node of an earlier run and where it was reached: one line of the file {@code peers} of a state directory, its id and
 * its locators with tabs between, for a locator may hold spaces.
 */
record RememberedPeer(NodeId node, List<Locator> locators) {
    RememberedPeer {
        locators = List.copyOf(locators);
    }

    /** @throws IllegalArgumentException if the line is no such line */
    static RememberedPeer parse(String line) {
        String[] words = line.split("\t", -1);
        List<Locator> locators = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            locators.add(Locator.parse(words[i]));
        }
        return new RememberedPeer(NodeId.parse(words[0]), locators);
    }

    String line() {
        StringBuilder line = new StringBuilder(node.toString());
        locators.forEach(locator -> line.append('\t').append(locator));
        return line.toString();
    }
}
