#include "cli/curl_flags.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "import/draft.h"

#define FLAG(...)                  GN_OPTION(struct gn_curl_flags, __VA_ARGS__)
#define IGNORED(name, letter)      FLAG(name, letter, FLAG, NULL, nothing, "")
#define IGNORED_TEXT(name, letter) FLAG(name, letter, TEXT, "TEXT", no_text, "")
/* note: what stands behind "-x is left out: " */
#define NOTED(name, letter, field, note)                                       \
    FLAG(name, letter, TEXT, "TEXT", noted.field, note)

static const char kept[] = "bodies are kept in the store; see 'garner help "
                           "body'";
static const char asks_itself[] =
    "garner asks for what changed alone by itself";

static const struct gn_option options[] = {
    GN_ASK_OPTIONS(struct gn_curl_flags),
    FLAG("cookie-jar", 'c', TEXT, "FILE", ask.cookie_jar, ""),
    FLAG("key", 0, FILE, "FILE", ask.reach.key, ""),
    FLAG("max-time", 'm', SECONDS, "TIME", ask.total_ms, ""),
    FLAG("url", 0, TEXT, "URL", url, ""),
    FLAG("head", 'I', FLAG, NULL, head, ""),
    FLAG("globoff", 'g', FLAG, NULL, globs_off, ""),
    FLAG("range", 'r', TEXT, "RANGE", range, ""),
    FLAG("retry", 0, TEXT, "COUNT", retry, ""),
    FLAG("retry-delay", 0, SECONDS, "TIME", retry_delay_ms, ""),
    FLAG("limit-rate", 0, SIZE, "SIZE", rate, ""),
    FLAG("noproxy", 0, TEXT, "HOSTS", no_proxy, ""),
    FLAG("proxy-user", 'U', TEXT, "USER:PASSWORD", proxy_login, ""),
    FLAG("socks4", 0, TEXT, "HOST", socks[0], ""),
    FLAG("socks4a", 0, TEXT, "HOST", socks[1], ""),
    FLAG("socks5", 0, TEXT, "HOST", socks[2], ""),
    FLAG("socks5-hostname", 0, TEXT, "HOST", socks[3], ""),
    FLAG("form", 'F', LIST, "PART", forms, ""),
    FLAG("form-string", 0, LIST, "PART", forms, ""),
    IGNORED("silent", 's'),
    IGNORED("show-error", 'S'),
    IGNORED("fail", 'f'),
    IGNORED("fail-with-body", 0),
    IGNORED("include", 'i'),
    IGNORED("verbose", 'v'),
    IGNORED("no-buffer", 'N'),
    IGNORED("progress-bar", '#'),
    IGNORED("no-progress-meter", 0),
    IGNORED("parallel", 'Z'),
    IGNORED("disable", 'q'),
    IGNORED("proxytunnel", 'p'),
    IGNORED("styled-output", 0),
    IGNORED("tcp-nodelay", 0),
    IGNORED("no-keepalive", 0),
    IGNORED("ssl-no-revoke", 0),
    IGNORED("create-dirs", 0),
    IGNORED("remote-time", 'R'),
    IGNORED("retry-connrefused", 0),
    IGNORED("retry-all-errors", 0),
    IGNORED_TEXT("keepalive-time", 0),
    IGNORED_TEXT("write-out", 'w'),
    IGNORED_TEXT("stderr", 0),
    NOTED("output", 'o', output, kept),
    NOTED("output-dir", 0, folder, kept),
    FLAG("remote-name", 'O', FLAG, NULL, noted.remote_name, kept),
    FLAG("remote-header-name", 'J', FLAG, NULL, noted.remote_name, kept),
    NOTED("dump-header", 'D', headers,
          "an answer's headers are :headers in the sql of rows"),
    NOTED("time-cond", 'z', since, asks_itself),
    NOTED("etag-compare", 0, etag, asks_itself),
    NOTED("etag-save", 0, etag, asks_itself),
    NOTED("continue-at", 'C', go_on,
          "garner goes on by itself with what was cut, where it is saved to a "
          "file (body: save)"),
    NOTED("retry-max-time", 0, retry_time,
          "what is tried again is bounded by the times of retry"),
    NOTED("speed-limit", 'Y', slow, "timeout bounds what is slow"),
    NOTED("speed-time", 'y', slow, "timeout bounds what is slow"),
    FLAG("anyauth", 0, FLAG, NULL, noted.any_login,
         "the login is basic; write digest if the server asks for that"),
};

const struct gn_command gn_curl_command = {
    .name = "curl",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct gn_curl_flags),
    .most = SIZE_MAX,
    .advice = "garner has no counterpart; leave it out of the command",
};

void gn_curl_note(const struct gn_call *call, struct gn_draft *draft)
{
    size_t told = 0; /* the field that was told of last */

    for (size_t i = 0; i < gn_curl_command.option_count; i++) {
        const struct gn_option *o = &options[i];

        if (o->at < offsetof(struct gn_curl_flags, noted) || o->at == told ||
            !gn_option_is_set(call, o))
            continue;
        told = o->at;
        if (o->letter != 0)
            gn_draft_note(draft, 0, "-%c is left out: %s", o->letter, o->help);
        else
            gn_draft_note(draft, 0, "--%s is left out: %s", o->name, o->help);
    }
}

enum garner_code gn_curl_check(const struct gn_curl_flags *flags,
                               struct garner_error *err)
{
    if (flags->forms.count > 0)
        return gn_fail(err, GARNER_INVALID,
                       "-F sends a form in several parts (multipart), for "
                       "which garner has no key; where the server takes a "
                       "plain form, write -d NAME=VALUE");
    if (flags->retry != NULL &&
        (flags->retry[0] == '\0' ||
         flags->retry[strspn(flags->retry, "0123456789")] != '\0'))
        return gn_fail(err, GARNER_INVALID, "--retry: '%.40s' is no number",
                       flags->retry);
    return GARNER_OK;
}

/* --- the proxy ------------------------------------------------------------ */

/* Whether list, "h.org, i.org" or "*", means host, or a name that it ends in.
 */
static bool has_host(const char *list, const char *host)
{
    while (*list != '\0') {
        const char *name = list + strspn(list, ", .");
        const size_t n = strcspn(name, ", ");
        const size_t size = strlen(host);

        if (n == 1 && *name == '*')
            return true;
        if (n > 0 && n <= size && strncasecmp(host + size - n, name, n) == 0 &&
            (n == size || host[size - n - 1] == '.'))
            return true;
        list = name + n;
    }
    return false;
}

/* A part of a URL's login. */
static void add_encoded(struct gn_buf *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((text[i] >= 'a' && text[i] <= 'z') ||
            (text[i] >= 'A' && text[i] <= 'Z') ||
            (text[i] >= '0' && text[i] <= '9') ||
            (text[i] != '\0' && strchr("-._~", text[i]) != NULL))
            gn_buf_byte(out, text[i]);
        else
            gn_buf_printf(out, "%%%02X", (unsigned char)text[i]);
}

/* Whether a URL, behind its scheme, has a login; curl takes that one, whatever
 * -U says. */
static bool has_login(const char *rest)
{
    return memchr(rest, '@', strcspn(rest, "/?#")) != NULL;
}

static void add_proxy(const struct gn_curl_flags *flags, struct gn_buf *out)
{
    static const char *const kinds[] = {"socks4", "socks4a", "socks5",
                                        "socks5h"};
    const char *proxy = flags->ask.reach.proxy;
    const char *login = flags->proxy_login;
    const char *scheme = "http";
    const char *rest;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (flags->socks[i] != NULL) {
            proxy = flags->socks[i];
            scheme = kinds[i];
        }
    if (proxy == NULL || *proxy == '\0')
        return;
    rest = strstr(proxy, "://");
    if (rest != NULL)
        gn_buf_append(out, proxy, (size_t)(rest + 3 - proxy));
    else
        gn_buf_printf(out, "%s://", scheme);
    rest = rest != NULL ? rest + 3 : proxy;
    if (login != NULL && !has_login(rest)) {
        const size_t user = strcspn(login, ":");

        add_encoded(out, login, user);
        if (login[user] == ':') {
            gn_buf_byte(out, ':');
            add_encoded(out, login + user + 1, strlen(login + user + 1));
        }
        gn_buf_byte(out, '@');
    }
    gn_buf_text(out, rest);
}

enum garner_code gn_curl_proxy(const struct gn_curl_flags *flags,
                               const char *host, char **proxy,
                               struct garner_error *err)
{
    struct gn_buf out = {0};
    bool said = flags->ask.reach.proxy != NULL;

    for (size_t i = 0; i < sizeof flags->socks / sizeof flags->socks[0]; i++)
        said = said || flags->socks[i] != NULL;
    *proxy = NULL;
    if (flags->no_proxy != NULL && has_host(flags->no_proxy, host))
        said = true;
    else
        add_proxy(flags, &out);
    if (said)
        *proxy = gn_buf_failed(&out) ? NULL : gn_strdup(gn_buf_cstr(&out));
    gn_buf_fini(&out);
    return said && *proxy == NULL ? gn_fail(err, GARNER_NOMEM, "out of memory")
                                  : GARNER_OK;
}
