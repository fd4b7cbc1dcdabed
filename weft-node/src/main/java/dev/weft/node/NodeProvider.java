package dev.weft.node;

import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.spi.MeshProvider;

/** Makes nodes that live in this process. */
public final class NodeProvider implements MeshProvider {
    @Override
    public Mesh join(MeshConfig config) {
        return Node.start(config);
    }
}
