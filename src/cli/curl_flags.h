/*
 * curl_flags.h - the flags of a curl command that garner can take over, and
 * those that it leaves out, with or without a word.
 *
 * Thread: any; it is a table, and what is read by it.
 */
#ifndef GN_CLI_CURL_FLAGS_H
#define GN_CLI_CURL_FLAGS_H

#include <stdbool.h>

#include "cli/ask.h"
#include "cli/options.h"
#include "import/import.h"

struct gn_curl_flags {
    struct gn_ask_flags ask;
    const char *url;
    bool head;
    bool globs_off;
    const char *range;
    const char *retry; /* a number */
    int64_t retry_delay_ms;
    int64_t rate;            /* bytes a second */
    const char *no_proxy;    /* hosts, with commas between them */
    const char *proxy_login; /* USER:PASSWORD */
    const char *socks[4];    /* instead of --proxy: HOST:PORT, by their kinds */
    struct gn_texts forms;   /* which are refused */
    bool nothing;            /* flags about what curl prints, and ... */
    const char *no_text;     /* ... those with a value */
    struct gn_curl_noted {   /* left out with a word */
        const char *output;
        const char *folder;
        const char *headers;
        const char *since;
        const char *go_on;
        const char *etag;
        const char *retry_time;
        const char *slow;
        bool remote_name;
        bool any_login;
    } noted;
};

/* The command "curl", whose settings are a struct gn_curl_flags. */
extern const struct gn_command gn_curl_command;

/* Notes in draft which of the flags that call has are left out, and why. */
void gn_curl_note(const struct gn_call *call, struct gn_draft *draft);

/* Errors: INVALID: a flag that is known to have no counterpart. */
enum garner_code gn_curl_check(const struct gn_curl_flags *flags,
                               struct garner_error *err);

/* The proxy that flags say, with its login and the kind of a SOCKS one, in
 * *proxy; "": none, for --noproxy has host; NULL: nothing is said. Free it with
 * gn_free. Errors: NOMEM. */
enum garner_code gn_curl_proxy(const struct gn_curl_flags *flags,
                               const char *host, char **proxy,
                               struct garner_error *err);

#endif
