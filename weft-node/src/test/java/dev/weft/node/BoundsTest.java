package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Limit;
import dev.weft.Limits;
import dev.weft.core.engine.EngineConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No limit is merely written down. */
class BoundsTest {
    private static EngineConfig with(Limit limit, long value) {
        return Bounds.applied(Limits.DEFAULT.with(limit, value), EngineConfig.DEFAULT);
    }

    /** FLOW_BYTES is kept by {@link SendBudget} alone, before the engine. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FLOW_BYTES")
    void aLimitReachesTheEngine(Limit limit) {
        long other = limit.fallback() == 0 ? 1_000_000 : limit == Limit.SENT_BYTES ? 48L << 20 : limit.fallback() / 2;
        assertThat(with(limit, other)).isNotEqualTo(with(limit, limit.fallback()));
    }

    @ParameterizedTest
    @EnumSource
    void whatHoldsWhereNothingIsSaidIsWhatTheEngineHasAnyway(Limit limit) {
        assertThat(with(limit, limit.fallback())).isEqualTo(EngineConfig.DEFAULT);
    }

    @ParameterizedTest
    @EnumSource(names = "PEERS")
    void peersAreThoseOfDiscovery(Limit peers) {
        assertThat(with(peers, 17).discovery().peersMax()).isEqualTo(17);
    }
}
