package imserver.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.crypto.impl.EdDSAProvider;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerifierFactory;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** EdDSA with the curve Ed25519 (RFC 8037), by the JDK's own {@link Signature}. */
final class Ed25519Verifier extends EdDSAProvider implements JWSVerifier {

  private final PublicKey key;

  Ed25519Verifier(PublicKey key) {
    this.key = key;
  }

  @Override
  public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature)
      throws JOSEException {
    if (header.getCriticalParams() != null) { // RFC 7515, section 4.1.11: we understand none
      return false;
    }
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(signingInput);
      return verifier.verify(signature.decode());
    } catch (GeneralSecurityException e) {
      return false; // a signature of the wrong length or form
    }
  }

  static boolean isEd25519(Key key) {
    return key instanceof EdECPublicKey edwards && edwards.getParams().getName().equals("Ed25519");
  }

  /** Creates the verifier, since Nimbus's own factory does not support EdDSA without Tink. */
  static final class Factory implements JWSVerifierFactory {

    private final JCAContext context = new JCAContext();

    @Override
    public Set<JWSAlgorithm> supportedJWSAlgorithms() {
      return Set.of(JWSAlgorithm.EdDSA);
    }

    @Override
    public JCAContext getJCAContext() {
      return context;
    }

    @Override
    public JWSVerifier createJWSVerifier(JWSHeader header, Key key) throws JOSEException {
      if (!JWSAlgorithm.EdDSA.equals(header.getAlgorithm()) || !isEd25519(key)) {
        throw new JOSEException("not EdDSA");
      }
      return new Ed25519Verifier((PublicKey) key);
    }
  }

  /** Finds the keys in a key set that a token's header may mean. */
  record Selector(JWKSource<SecurityContext> keys) implements JWSKeySelector<SecurityContext> {

    @Override
    public List<? extends Key> selectJWSKeys(JWSHeader header, @Nullable SecurityContext context)
        throws KeySourceException {
      if (!JWSAlgorithm.EdDSA.equals(header.getAlgorithm())) {
        return List.of();
      }
      List<PublicKey> found = new ArrayList<>();
      for (JWK jwk : keys.get(new JWKSelector(JWKMatcher.forJWSHeader(header)), context)) {
        if (jwk instanceof OctetKeyPair pair && Curve.Ed25519.equals(pair.getCurve())) {
          found.add(publicKey(pair));
        }
      }
      return found;
    }

    /** RFC 8032, section 5.1.2: little-endian y, with the parity of x in the highest bit. */
    private static PublicKey publicKey(OctetKeyPair pair) throws KeySourceException {
      byte[] bytes = pair.getDecodedX();
      if (bytes.length != 32) {
        throw new KeySourceException("not an Ed25519 key");
      }
      byte[] bigEndian = new byte[32];
      for (int i = 0; i < 32; i++) {
        bigEndian[i] = bytes[31 - i];
      }
      boolean xOdd = (bigEndian[0] & 0x80) != 0;
      bigEndian[0] &= 0x7f;
      EdECPoint point = new EdECPoint(xOdd, new BigInteger(1, bigEndian));
      try {
        return KeyFactory.getInstance("Ed25519")
            .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
      } catch (GeneralSecurityException e) {
        throw new KeySourceException("not an Ed25519 key", e);
      }
    }
  }
}
