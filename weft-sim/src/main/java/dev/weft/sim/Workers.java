package dev.weft.sim;

/** Who does what can be done at once. What comes of it does not depend on how many they are. */
public interface Workers {
    /** One of several pieces of work that know nothing of each other. */
    interface Piece {
        void run(int number);
    }

    /** Whoever asks does it all, one piece after the other. */
    Workers NONE = (count, piece) -> {
        for (int number = 0; number < count; number++) {
            piece.run(number);
        }
    };

    /** Runs the pieces from 0 on, in any order, and returns when all have run; what they wrote is visible then. */
    void run(int count, Piece piece);
}
