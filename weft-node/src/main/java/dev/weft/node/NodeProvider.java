package dev.weft.node;

import dev.weft.CredentialRequest;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.spi.MeshProvider;
import java.security.KeyPair;

/** Makes nodes that live in this process. */
public final class NodeProvider implements MeshProvider {
    @Override
    public Mesh join(MeshConfig config) {
        return Node.start(config);
    }

    @Override
    public CredentialRequest request(MeshConfig config) {
        KeyPair key = StateDirectory.keyOf(config.stateDirectory().resolve(config.mesh()));
        return CredentialRequest.of(config.mesh(), config.nodeName(), key);
    }
}
