package dev.weft.core.socket;

import static dev.weft.Outcome.Reason.CONNECTION_RESET;
import static dev.weft.Outcome.Reason.NODE_GONE;
import static dev.weft.Outcome.Reason.NONE;
import static dev.weft.Outcome.Reason.NO_ENDPOINT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.Prng;
import dev.weft.core.socket.Duplex.Reading;
import dev.weft.core.socket.Duplex.Sending;
import org.junit.jupiter.api.Test;

/** How a connection ends, step by step, seen from one of its ends. */
class DuplexTest {
    private final Duplex end = open();

    private static Duplex open() {
        Duplex opened = new Duplex();
        opened.outputOpened();
        opened.inputOpened();
        return opened;
    }

    @Test
    void beforeItIsOpenMessagesMayBeSentAndMoreMayCome() {
        Duplex fresh = new Duplex();
        assertThat(fresh.sending()).isEqualTo(Sending.GOES);
        assertThat(fresh.reading()).isEqualTo(Reading.WAITS);
        assertThat(fresh.isOver()).isFalse();
    }

    @Test
    void whoFinishesSendsNoMoreAndGoesOnReceiving() {
        assertThat(end.finish()).isTrue();
        assertThat(end.finish()).as("says it once").isFalse();
        assertThat(end.sending()).isEqualTo(Sending.IS_FINISHED);
        assertThat(end.reading()).isEqualTo(Reading.WAITS);
        end.outputFinished();
        assertThat(end.isOver()).isFalse();
        end.inputEnded(NONE);
        assertThat(end.reading()).isEqualTo(Reading.ENDS);
        assertThat(end.isOver()).isTrue();
    }

    @Test
    void whoHearsTheEndMaySendOn() {
        end.inputEnded(NONE);
        assertThat(end.sending()).isEqualTo(Sending.GOES);
        assertThat(end.reading()).isEqualTo(Reading.ENDS);
        assertThat(end.isOver()).isFalse();
    }

    @Test
    void whoClosesHavingTakenAllSaysAnEnd() {
        assertThat(end.shut(0)).isEqualTo(NONE);
        assertThat(end.finish()).isTrue();
        assertThat(end.reading()).isEqualTo(Reading.IS_CLOSED);
        assertThat(end.sending()).isEqualTo(Sending.IS_FINISHED);
        end.outputFinished();
        assertThat(end.isOver()).as("without waiting for the other's end").isTrue();
    }

    @Test
    void whoClosesWithoutHavingTakenAllSaysAReset() {
        assertThat(end.shut(1)).isEqualTo(CONNECTION_RESET);
    }

    @Test
    void aResetIsReadInsteadOfTheEndAndBreaksBothWays() {
        end.inputEnded(CONNECTION_RESET);
        assertThat(end.reading()).isEqualTo(Reading.FAILS);
        assertThat(end.sending()).isEqualTo(Sending.FAILS);
        assertThat(end.reason()).isEqualTo(CONNECTION_RESET);
        assertThat(end.isOver()).isTrue();
    }

    @Test
    void whereTheOtherEndTakesNothingMoreWhatComesFromItStillComes() {
        end.outputRefused(CONNECTION_RESET, 0);
        assertThat(end.sending()).isEqualTo(Sending.FAILS);
        assertThat(end.reason()).isEqualTo(CONNECTION_RESET);
        assertThat(end.reading()).isEqualTo(Reading.WAITS);
        end.inputEnded(NONE);
        assertThat(end.reading()).as("nothing was lost").isEqualTo(Reading.ENDS);
        assertThat(end.isOver()).isTrue();
    }

    @Test
    void whoseMessagesWereNotTakenReadsAResetBehindWhatCame() {
        end.outputRefused(CONNECTION_RESET, 2);
        assertThat(end.reading()).isEqualTo(Reading.WAITS);
        end.inputEnded(NONE);
        assertThat(end.reading()).isEqualTo(Reading.FAILS);
        assertThat(end.reason()).isEqualTo(CONNECTION_RESET);
    }

    @Test
    void aMessageSentAfterTheOtherTookItsLastIsLostToo() {
        end.rejected();
        end.outputRefused(CONNECTION_RESET, 0);
        end.inputEnded(NONE);
        assertThat(end.reading()).isEqualTo(Reading.ENDS);
        end.rejected();
        assertThat(end.reading()).isEqualTo(Reading.FAILS);
    }

    @Test
    void anEndBeforeWhichAllWasTakenIsGoodThoughItIsRefused() {
        end.finish();
        end.outputRefused(CONNECTION_RESET, 0);
        assertThat(end.output()).isEqualTo(Duplex.Output.FINISHED);
    }

    @Test
    void whoFinishesAfterTheOtherTookItsLastHasFinishedIfNothingWasLost() {
        end.outputRefused(CONNECTION_RESET, 0);
        assertThat(end.finish()).as("nobody is to be told").isFalse();
        assertThat(end.output()).isEqualTo(Duplex.Output.FINISHED);
        Duplex unlucky = open();
        unlucky.outputRefused(CONNECTION_RESET, 1);
        assertThat(unlucky.finish()).isFalse();
        assertThat(unlucky.output()).isEqualTo(Duplex.Output.REFUSED);
    }

    @Test
    void aConnectionThatTheOtherEndDoesNotKnowIsBrokenUnlessItHadEnded() {
        end.finish();
        end.outputRefused(NO_ENDPOINT, 0);
        assertThat(end.isBroken()).isTrue();
        assertThat(end.reason()).isEqualTo(CONNECTION_RESET);
        Duplex ended = open();
        ended.inputEnded(NONE);
        ended.finish();
        ended.outputRefused(NO_ENDPOINT, 0);
        assertThat(ended.isBroken()).isFalse();
        assertThat(ended.output()).isEqualTo(Duplex.Output.FINISHED);
    }

    @Test
    void theFirstReasonStays() {
        end.broke(NODE_GONE);
        end.broke(CONNECTION_RESET);
        assertThat(end.reason()).isEqualTo(NODE_GONE);
        assertThat(end.finish()).isFalse();
    }

    @Test
    void bothMayCloseAtOnce() {
        end.shut(0);
        end.finish();
        end.inputEnded(NONE);
        assertThat(end.isOver()).isFalse();
        end.outputRefused(CONNECTION_RESET, 0);
        assertThat(end.output()).isEqualTo(Duplex.Output.FINISHED);
        assertThat(end.isOver()).isTrue();
    }

    /** Whatever happens in whatever order: what is over stays over, and who reads an end has lost nothing. */
    @Test
    void whatIsOverStaysOver() {
        for (int seed = 1; seed <= 2_000; seed++) {
            Prng prng = new Prng(seed);
            Duplex tried = new Duplex();
            boolean wasOver = false;
            boolean lost = false;
            for (int step = 0; step < 12; step++) {
                switch (prng.below(9)) {
                    case 0 -> tried.outputOpened();
                    case 1 -> tried.inputOpened();
                    case 2 -> tried.finish();
                    case 3 -> tried.outputFinished();
                    case 4 -> {
                        int rejected = prng.below(2);
                        lost |= rejected > 0;
                        tried.outputRefused(prng.chance(500_000) ? CONNECTION_RESET : NO_ENDPOINT, rejected);
                    }
                    case 5 -> tried.shut(prng.below(2));
                    case 6 -> tried.inputEnded(prng.chance(700_000) ? NONE : CONNECTION_RESET);
                    case 7 -> tried.broke(NODE_GONE);
                    default -> tried.rejected();
                }
                assertThat(tried.isOver() || !wasOver).as("seed %d: over", seed).isTrue();
                wasOver = tried.isOver();
                if (lost) {
                    assertThat(tried.reading()).as("seed %d: lost", seed).isNotEqualTo(Reading.ENDS);
                }
                if (tried.isBroken()) {
                    assertThat(tried.sending()).as("seed %d: broken", seed).isEqualTo(Sending.FAILS);
                    assertThat(tried.reason()).as("seed %d: broken", seed).isNotEqualTo(NONE);
                }
            }
        }
    }
}
