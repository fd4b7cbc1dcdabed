package dev.weft.core.engine;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.link.Link;
import dev.weft.core.wire.CloseReason;
import java.util.Optional;

/**
 * A link that was not made, or did not last, and why.
 *
 * @param node at the other end, as far as it was known
 * @param locator of the other end, where there is one
 * @param side who ended it
 */
public record Refusal(
        long atNanos,
        Optional<NodeId> node,
        Optional<Locator> locator,
        CloseReason reason,
        String text,
        Link.Side side) {}
