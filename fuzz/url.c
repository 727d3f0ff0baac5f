/* url.c - any text as a URL: its parts lie within it, in order, a hidden
 * password is not to be seen, and what it is as a link stays that. */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/url.h"
#include "base/url_join.h"
#include "target.h"

static const char *after(const char *at, const char *end,
                         struct gn_url_part part)
{
    if (part.size == 0)
        return at;
    GN_CHECK(part.text >= at && part.text <= end);
    GN_CHECK(part.size <= (size_t)(end - part.text));
    return part.text + part.size;
}

static void check_parts(const char *text, const struct gn_url *url)
{
    const char *end = text + strlen(text);
    const char *at = after(text, end, url->scheme);

    at = after(at, end, url->user);
    at = after(at, end, url->password);
    at = after(at, end, url->host);
    at = after(at, end, url->path);
    at = after(at, end, url->query);
    (void)after(at, end, url->fragment);
    GN_CHECK(url->scheme.size > 0 && url->host.size > 0);
    GN_CHECK(url->port == -1 || (url->port > 0 && url->port <= 65535));
}

/* The redacted text must be the same URL, but for the password. */
static void check_redacted(const char *redacted, const struct gn_url *url)
{
    struct gn_url again;

    GN_CHECK(gn_url_split(redacted, &again, NULL) == GARNER_OK);
    GN_CHECK(again.host.size == url->host.size &&
             memcmp(again.host.text, url->host.text, url->host.size) == 0);
    GN_CHECK(again.user.size == url->user.size);
    if (url->password.size > 0)
        GN_CHECK(again.password.size == 3 &&
                 memcmp(again.password.text, "***", 3) == 0);
}

static void check_joined(const char *base, const char *text)
{
    struct gn_buf once = {0};
    struct gn_buf twice = {0};

    if (gn_url_join(base, text, &once)) {
        GN_CHECK(gn_url_join(base, gn_buf_cstr(&once), &twice));
        GN_CHECK(strcmp(gn_buf_cstr(&once), gn_buf_cstr(&twice)) == 0);
    }
    gn_buf_fini(&once);
    gn_buf_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = gn_memdup(data, size);
    char *redacted = text != NULL ? gn_url_redact(text) : NULL;
    struct garner_error err;
    struct gn_url url;

    GN_CHECK(text != NULL && redacted != NULL);
    if (gn_url_split(text, &url, &err) == GARNER_OK) {
        check_parts(text, &url);
        check_redacted(redacted, &url);
    }
    check_joined("http://h/a/b?c", text);
    check_joined("file:/a/b", text);
    check_joined(text, "../x");
    gn_free(redacted);
    gn_free(text);
    return 0;
}
