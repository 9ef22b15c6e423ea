package yinxin;

import com.fasterxml.jackson.databind.JsonNode;

/** What the service refused (RFC 9457). */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The status of the answer. */
    public final int status;
    /** The stable code, such as {@code release.refused}. */
    public final String code;
    /** The whole document. */
    public final transient JsonNode document;

    Problem(int status, JsonNode document) {
        super(status + " " + document.path("code").asText("unknown") + ": "
            + document.path("detail").asText(document.path("title").asText()));
        this.status = status;
        this.code = document.path("code").asText("unknown");
        this.document = document;
    }
}
