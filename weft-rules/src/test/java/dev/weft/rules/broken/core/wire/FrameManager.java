package dev.weft.rules.broken.core.wire;

/** Says nothing with its name. */
public interface FrameManager {
    int getFrame();
}
