package yinxin;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A machine's account: its name and the text of its secret file. */
public final class Account {
    private final String name;
    private final SecretKeySpec secret;

    public Account(String name, String secret) {
        this.name = name;
        this.secret = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    /**
     * The fields {@code signature-input} and {@code signature} of one request (RFC 9421 2.5, 3.3.3).
     *
     * @param digest the value of {@code content-digest}, or null
     * @param key the value of {@code idempotency-key}, or null
     * @param created seconds since 1970
     * @param nonce 16 to 64 characters, used once
     */
    public Map<String, String> sign(String method, String target, String digest, String key, long created, String nonce) {
        Map<String, String> covered = new LinkedHashMap<>();
        covered.put("@method", method);
        covered.put("@target-uri", target);
        if (digest != null) {
            covered.put("content-digest", digest);
        }
        if (key != null) {
            covered.put("idempotency-key", key);
        }
        String names = covered.keySet().stream().map(one -> '"' + one + '"').collect(Collectors.joining(" "));
        String parameters = "(" + names + ");created=" + created + ";keyid=\"" + name + "\";nonce=\"" + nonce + "\"";
        List<String> lines = new ArrayList<>();
        covered.forEach((one, value) -> lines.add('"' + one + "\": " + value));
        lines.add("\"@signature-params\": " + parameters);
        String value = Base64.getEncoder().encodeToString(code(String.join("\n", lines)));
        return Map.of("signature-input", "request=" + parameters, "signature", "request=:" + value + ":");
    }

    private byte[] code(String base) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(secret);
            return mac.doFinal(base.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException fault) {
            throw new IllegalStateException(fault);
        }
    }
}
