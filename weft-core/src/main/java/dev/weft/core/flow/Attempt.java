package dev.weft.core.flow;

/** Whether a copy of something for many is the first, which may be lost cheaply, or is to repair a loss. */
public enum Attempt {
    FIRST,
    REPAIR
}
