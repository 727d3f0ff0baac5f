#include "fetch/explain.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/unit.h"

static enum gn_failure say(enum gn_failure failure, char text[240],
                           const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum gn_failure say(enum gn_failure failure, char text[240],
                           const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(text, 240, format, args);
    va_end(args);
    return failure;
}

/* libcurl's own words, or its sentence for the result. */
static const char *detail(const struct gn_ending *e)
{
    return e->detail[0] != '\0' ? e->detail
                                : curl_easy_strerror((CURLcode)e->result);
}

static const char *phase_text(enum gn_phase phase)
{
    switch (phase) {
    case GN_PHASE_STARTING:
        return "looking up the host, or waiting for a free connection";
    case GN_PHASE_CONNECTING:
        return "connecting";
    case GN_PHASE_WAITING:
        return "waiting for the reply";
    case GN_PHASE_READING:
        return "reading the reply";
    }
    return "?";
}

static enum gn_failure explain_timeout(const struct gn_ending *e,
                                       char text[240])
{
    char limit[32];

    if (e->duration_ms < e->limits->total_ms) {
        gn_unit_format_duration(e->limits->connect_ms, limit);
        return say(GN_FAILURE_TIMEOUT, text,
                   "%s: no connection within %s (%s); check that the server is "
                   "up, or raise the limit (timeout: connect, "
                   "--connect-timeout)",
                   e->place, limit, phase_text(e->phase));
    }
    gn_unit_format_duration(e->limits->total_ms, limit);
    return say(
        GN_FAILURE_TIMEOUT, text,
        "%s: not done within %s (%s); raise the limit (timeout: total, -m) "
        "if the server needs longer",
        e->place, limit, phase_text(e->phase));
}

static enum gn_failure explain_stall(const struct gn_ending *e, char text[240])
{
    char limit[32];

    gn_unit_format_duration(e->limits->stall_ms, limit);
    return say(GN_FAILURE_TIMEOUT, text,
               "%s: no progress for %s (%s); raise the limit (timeout: stall, "
               "in a file) if the server needs longer",
               e->place, limit, phase_text(e->phase));
}

/* Writes "host:port" of the proxy, if it is what could not be reached. Only
 * libcurl's words tell: https://curl.se/libcurl/c/CURLINFO_USED_PROXY.html is
 * younger than Debian 12's. */
static bool find_proxy(const struct gn_ending *e, char text[160])
{
    char host[128];
    unsigned port;

    if (!e->proxied || sscanf(e->detail, "Failed to connect to %127s port %u",
                              host, &port) != 2)
        return false;
    snprintf(text, 160, strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host,
             port);
    return strcmp(text, e->place) != 0;
}

/* What a proxy said to CONNECT, if it was that which failed: its status, 0: it
 * is no answer, -1: it was not that. Only libcurl's words tell. */
static int find_refusal(const struct gn_ending *e)
{
    int status;

    if (!e->proxied || e->result != CURLE_RECV_ERROR)
        return -1;
    if (sscanf(e->detail, "CONNECT tunnel failed, response %d", &status) == 1 ||
        sscanf(e->detail, "Received HTTP code %d from proxy", &status) == 1)
        return status;
    return strstr(e->detail, "CONNECT aborted") != NULL ? 0 : -1;
}

static enum gn_failure say_no_connection(const struct gn_ending *e,
                                         const char *reason, char text[240])
{
    return say(GN_FAILURE_CONNECT, text,
               "%s: the proxy makes no connection (%s); check that the server "
               "is up and may be reached by it, or take another (proxy, "
               "--proxy)",
               e->place, reason);
}

static enum gn_failure explain_refusal(const struct gn_ending *e, int status,
                                       char text[240])
{
    char reason[32];

    if (status == 407 || status == 401) /* tinyproxy's */
        return say(GN_FAILURE_CONNECT, text,
                   "%s: the proxy wants another user and password (status "
                   "%d); put them into its URL (proxy, --proxy)",
                   e->place, status);
    if (status > 0) {
        snprintf(reason, sizeof reason, "status %d", status);
        return say_no_connection(e, reason, text);
    }
    return say(GN_FAILURE_CONNECT, text,
               "%s: the proxy hung up, or it is none; check --proxy, proxy, or "
               "http_proxy in the environment",
               e->place);
}

/* What the proxy said of why it cannot connect; NULL: it did not say that. */
static const char *socks_reason(int error)
{
    static const struct {
        int error;
        const char *words;
    } reasons[] = {
        {CURLPX_REPLY_CONNECTION_REFUSED, "the server refuses it"},
        {CURLPX_REPLY_HOST_UNREACHABLE, "the host cannot be reached"},
        {CURLPX_REPLY_NETWORK_UNREACHABLE, "its network cannot be reached"},
        {CURLPX_REPLY_NOT_ALLOWED, "its rules forbid it"},
        {CURLPX_REPLY_TTL_EXPIRED, "it took too long"},
        {CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED, "not to such an address"},
        {CURLPX_REPLY_COMMAND_NOT_SUPPORTED, "it makes none"},
        {CURLPX_REPLY_GENERAL_SERVER_FAILURE, "it failed"},
        {CURLPX_REPLY_UNASSIGNED, "for an unknown reason"},
        {CURLPX_REQUEST_FAILED, "it refused, or failed"}, /* SOCKS 4 */
    };

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].error == error)
            return reasons[i].words;
    return NULL;
}

/* A proxy that speaks SOCKS. */
static enum gn_failure explain_socks(const struct gn_ending *e, char text[240])
{
    const char *reason = socks_reason(e->proxy_error);

    if (e->proxy_error == CURLPX_USER_REJECTED ||
        e->proxy_error == CURLPX_NO_AUTH || e->proxy_error == CURLPX_IDENTD ||
        e->proxy_error == CURLPX_IDENTD_DIFFER)
        return say(GN_FAILURE_CONNECT, text,
                   "%s: the proxy wants another user and password; put them "
                   "into its URL (proxy, --proxy)",
                   e->place);
    if (e->proxy_error == CURLPX_RESOLVE_HOST)
        return say(GN_FAILURE_RESOLVE, text,
                   "%s: the host name has no address here; check its spelling "
                   "and the DNS, or have the proxy look it up (socks5h:)",
                   e->place);
    if (reason != NULL)
        return say_no_connection(e, reason, text);
    return say(GN_FAILURE_CONNECT, text,
               "%s: the proxy hung up, or speaks no SOCKS; check --proxy, "
               "proxy, or http_proxy in the environment",
               e->place);
}

static enum gn_failure explain_connect(const struct gn_ending *e,
                                       char text[240])
{
    char proxy[160];

    if (e->socket_error == EMFILE || e->socket_error == ENFILE)
        return say(GN_FAILURE_LOCAL, text,
                   "%s: too many open files to make another connection; raise "
                   "the limit (ulimit -n) or fetch fewer at a time",
                   e->place);
    if (e->socket_error != 0)
        return say(GN_FAILURE_LOCAL, text, "%s: cannot make a socket: %s",
                   e->place, strerrordesc_np(e->socket_error));
    if (e->result == CURLE_COULDNT_CONNECT && e->os_error != 0 &&
        find_proxy(e, proxy))
        return say(GN_FAILURE_CONNECT, text,
                   "%s: cannot connect to the proxy %s: %s; check --proxy, "
                   "proxy, or http_proxy in the environment",
                   e->place, proxy, strerrordesc_np(e->os_error));
    if (e->result == CURLE_COULDNT_CONNECT && e->os_error != 0)
        return say(GN_FAILURE_CONNECT, text,
                   "%s: cannot connect: %s; check host, port and that the "
                   "server is up",
                   e->place, strerrordesc_np(e->os_error));
    return say(GN_FAILURE_CONNECT, text, "%s: cannot connect: %s", e->place,
               detail(e));
}

static enum gn_failure explain_tls(const struct gn_ending *e, char text[240])
{
    if (e->result == CURLE_PEER_FAILED_VERIFICATION &&
        strstr(e->detail, "target host name") != NULL)
        return say(GN_FAILURE_TLS, text,
                   "%s: the certificate is for another host: %s; check the "
                   "host in the URL",
                   e->place, detail(e));
    if (e->result == CURLE_PEER_FAILED_VERIFICATION &&
        (strstr(e->detail, "expired") != NULL ||
         strstr(e->detail, "not yet valid") != NULL))
        return say(GN_FAILURE_TLS, text,
                   "%s: the certificate is not valid now: %s; check this "
                   "machine's date, or tell the server's owner",
                   e->place, detail(e));
    if (e->result == CURLE_PEER_FAILED_VERIFICATION)
        return say(GN_FAILURE_TLS, text,
                   "%s: the certificate is not trusted: %s; if it is right, "
                   "name its authority's file (ca_file, --cacert)",
                   e->place, detail(e));
    if (e->result == CURLE_SSL_CONNECT_ERROR &&
        (strstr(e->detail, "unsupported protocol") != NULL ||
         strstr(e->detail, "protocol version") != NULL))
        return say(GN_FAILURE_TLS, text,
                   "%s: the server speaks no TLS that is safe, 1.2 or newer; "
                   "tell its owner",
                   e->place);
    if (e->result == CURLE_SSL_CONNECT_ERROR)
        return say(GN_FAILURE_TLS, text,
                   "%s: no TLS connection: %s; check that the server speaks "
                   "https on this port",
                   e->place, detail(e));
    if (e->result == CURLE_SSL_CACERT_BADFILE)
        return say(GN_FAILURE_TLS, text,
                   "%s: the certificates to trust cannot be read: %s; name a "
                   "PEM file of certificates (ca_file, --cacert)",
                   e->place, detail(e));
    return say(GN_FAILURE_TLS, text, "%s: no TLS connection: %s", e->place,
               detail(e));
}

static enum gn_failure explain_redirect(const struct gn_ending *e,
                                        char text[240])
{
    if (e->result == CURLE_TOO_MANY_REDIRECTS)
        return say(GN_FAILURE_REDIRECT, text,
                   "%s: more than %d redirects; check the URL for a loop, or "
                   "raise the limit (redirects, --max-redirs)",
                   e->place, e->limits->max_redirects);
    if (e->result == CURLE_URL_MALFORMAT)
        return say(GN_FAILURE_REDIRECT, text,
                   "%s: redirected to what is no URL: %.90s; if it stays so, "
                   "tell the server's owner",
                   e->place, detail(e));
    return say(GN_FAILURE_REDIRECT, text,
               "redirected to %s, which is refused: only http and https are "
               "followed",
               e->place);
}

static enum gn_failure explain_too_large(const struct gn_ending *e,
                                         char text[240])
{
    char limit[32];

    gn_unit_format_size(e->limits->max_body_bytes, limit);
    return say(GN_FAILURE_TOO_LARGE, text,
               "%s: the body is over the limit of %lld bytes (%s); raise it "
               "(body: max, --max-filesize) if this much is expected",
               e->place, (long long)e->limits->max_body_bytes, limit);
}

static enum gn_failure explain_resolve(const struct gn_ending *e,
                                       char text[240])
{
    return say(GN_FAILURE_RESOLVE, text,
               "%s: the %s has no address; check its spelling and the DNS",
               e->place,
               e->result == CURLE_COULDNT_RESOLVE_PROXY ? "proxy's host name"
                                                        : "host name");
}

static enum gn_failure broken(const struct gn_ending *e, const char *how,
                              char text[240])
{
    return say(GN_FAILURE_PROTOCOL, text,
               "%s: the answer is broken: %.120s; if it stays so, tell the "
               "server's owner",
               e->place, how);
}

static enum gn_failure explain_protocol(const struct gn_ending *e,
                                        char text[240])
{
    const int refusal = find_refusal(e);

    /* A reply of an unknown version ends in the same result. */
    if (e->result == CURLE_UNSUPPORTED_PROTOCOL && e->refused)
        return explain_redirect(e, text);
    if (refusal >= 0)
        return explain_refusal(e, refusal, text);
    if (strstr(e->detail, "HTTP/0.9") != NULL)
        return say(GN_FAILURE_PROTOCOL, text,
                   "%s: the answer is broken: it is no HTTP, or of before "
                   "1996; check the port in the URL, and whether it is http or "
                   "https there",
                   e->place);
    /* Only libcurl's decoders end in this, if it was not us. */
    if (e->result == CURLE_WRITE_ERROR)
        return broken(e, "its body goes on after what is compressed", text);
    return broken(e, detail(e), text);
}

static enum gn_failure explain_interface(const struct gn_ending *e,
                                         char text[240])
{
    return say(GN_FAILURE_LOCAL, text,
               "%s: the interface to go out by cannot be used: %s; name one "
               "of this machine, or its address",
               e->place, detail(e));
}

static enum gn_failure explain_local(const struct gn_ending *e, char text[240])
{
    /* libcurl's result for a line of headers over its limit, too. */
    if (e->result == CURLE_OUT_OF_MEMORY && e->phase >= GN_PHASE_WAITING)
        return say(GN_FAILURE_PROTOCOL, text,
                   "%s: the answer is broken: a header of over 100 KiB; or no "
                   "memory was left for it",
                   e->place);
    if (e->result == CURLE_URL_MALFORMAT && e->phase == GN_PHASE_READING)
        return explain_redirect(e, text);
    return say(GN_FAILURE_LOCAL, text, "%s: %s", e->place, detail(e));
}

/* Results not listed are breaches of the protocol. */
static const struct {
    int result;
    enum gn_failure (*explain)(const struct gn_ending *e, char text[240]);
} explanations[] = {
    {CURLE_COULDNT_RESOLVE_HOST, explain_resolve},
    {CURLE_COULDNT_RESOLVE_PROXY, explain_resolve},
    {CURLE_COULDNT_CONNECT, explain_connect},
    {CURLE_PROXY, explain_socks},
    {CURLE_OPERATION_TIMEDOUT, explain_timeout},
    {CURLE_SSL_CONNECT_ERROR, explain_tls},
    {CURLE_PEER_FAILED_VERIFICATION, explain_tls},
    {CURLE_SSL_CACERT_BADFILE, explain_tls},
    {CURLE_SSL_CERTPROBLEM, explain_tls},
    {CURLE_SSL_CIPHER, explain_tls},
    {CURLE_SSL_ISSUER_ERROR, explain_tls},
    {CURLE_SSL_INVALIDCERTSTATUS, explain_tls},
    {CURLE_SSL_CLIENTCERT, explain_tls},
    {CURLE_FILESIZE_EXCEEDED, explain_too_large},
    {CURLE_TOO_MANY_REDIRECTS, explain_redirect},
    {CURLE_INTERFACE_FAILED, explain_interface},
    {CURLE_OUT_OF_MEMORY, explain_local},
    {CURLE_FAILED_INIT, explain_local},
    {CURLE_NOT_BUILT_IN, explain_local},
    {CURLE_URL_MALFORMAT, explain_local},
};

static enum gn_failure explain_result(const struct gn_ending *e, char text[240])
{
    if (e->result == CURLE_OK)
        return say(GN_FAILURE_NONE, text, "%s", "");
    for (size_t i = 0; i < sizeof explanations / sizeof explanations[0]; i++)
        if (explanations[i].result == e->result)
            return explanations[i].explain(e, text);
    return explain_protocol(e, text);
}

enum gn_failure gn_explain(const struct gn_ending *e, char text[240])
{
    switch (e->cause) {
    case GN_CAUSE_LIBCURL:
        return explain_result(e, text);
    case GN_CAUSE_CANCELED:
        return say(GN_FAILURE_CANCELED, text, "%s: canceled while %s", e->place,
                   phase_text(e->phase));
    case GN_CAUSE_STALLED:
        return explain_stall(e, text);
    case GN_CAUSE_BODY_TOO_LARGE:
        return explain_too_large(e, text);
    case GN_CAUSE_BODY_TOO_DENSE:
        return say(GN_FAILURE_TOO_LARGE, text,
                   "%s: the body, decompressed, is over the limit of %d times "
                   "what was sent; raise it (body: ratio) if that is expected",
                   e->place, e->limits->max_ratio);
    case GN_CAUSE_HEAD_TOO_LARGE:
        return say(GN_FAILURE_PROTOCOL, text,
                   "%s: the answer is broken: its headers are over the limit "
                   "of %d KiB, or do not end",
                   e->place, GN_FETCH_HEAD_MOST >> 10);
    case GN_CAUSE_TOO_MANY_HEADERS:
        return say(GN_FAILURE_PROTOCOL, text,
                   "%s: the answer is broken: it has over %d headers, the "
                   "limit, or they do not end",
                   e->place, GN_FETCH_HEADERS_MOST);
    case GN_CAUSE_ELSEWHERE:
        return say(GN_FAILURE_REDIRECT, text,
                   "%s: redirected to another host, %s, which \"hosts: same\" "
                   "does not allow; ask there, or allow it",
                   e->place,
                   e->elsewhere[0] != '\0' ? e->elsewhere : "one not known");
    case GN_CAUSE_PRIVATE:
        return say(GN_FAILURE_REDIRECT, text,
                   "%s: this is at a private address, and a document or a "
                   "redirect led there: not asked; if it is meant, write "
                   "private: allow, or --private allow",
                   e->place);
    case GN_CAUSE_TWO_LENGTHS:
        return broken(e, "it has two lengths (Content-Length)", text);
    case GN_CAUSE_SWITCHED:
        return broken(e, "status 101, though nobody asked to switch", text);
    case GN_CAUSE_NO_REST:
        return say(GN_FAILURE_PROTOCOL, text,
                   "%s: the server sent another part than the one asked for",
                   e->place);
    case GN_CAUSE_NOT_SAVED:
        return say(GN_FAILURE_LOCAL, text, "%s", e->detail);
    case GN_CAUSE_NO_MEMORY:
        return say(GN_FAILURE_LOCAL, text,
                   "%s: out of memory for the reply; lower the limit of the "
                   "body (body: max, --max-filesize), or fetch fewer at a time",
                   e->place);
    }
    return say(GN_FAILURE_LOCAL, text, "%s: %s", e->place, detail(e));
}
