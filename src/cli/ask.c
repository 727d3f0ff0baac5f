#include "cli/ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"

enum { OWN_HEADERS = 3 }; /* that flags other than --header make */

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "no memory for the request");
}

static bool has_header(const struct gn_ask_flags *flags, const char *name)
{
    const size_t n = strlen(name);

    for (size_t i = 0; i < flags->headers.count; i++)
        if (strncasecmp(flags->headers.items[i], name, n) == 0 &&
            strchr(":;", flags->headers.items[i][n]) != NULL)
            return true;
    return false;
}

/* Appends the file, or without its line ends. "-" is stdin. */
static enum garner_code read_file(const char *path, bool line_ends,
                                  struct gn_buf *out, struct garner_error *err)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    int byte;
    int failed;

    if (file == NULL)
        return gn_fail(err, GARNER_INVALID, "cannot read %.120s: %s", path,
                       strerrordesc_np(errno));
    while ((byte = getc(file)) != EOF)
        if (line_ends || (byte != '\r' && byte != '\n' && byte != '\0'))
            gn_buf_byte(out, (char)byte);
    failed = ferror(file) != 0 ? errno : 0;
    if (file != stdin && fclose(file) != 0 && failed == 0)
        failed = errno;
    if (failed != 0)
        return gn_fail(err, GARNER_INVALID, "cannot read %.120s: %s", path,
                       strerrordesc_np(failed));
    return GARNER_OK;
}

enum data_kind { DATA_FORM, DATA_RAW, DATA_BINARY, DATA_ENCODE, DATA_JSON };

/* What is behind the first "=", or all of it without one, with %XX; what is
 * before it is a name, as it is. */
static void encode(const char *text, struct gn_buf *out)
{
    const char *equals = strchr(text, '=');

    if (equals != NULL && equals > text)
        gn_buf_append(out, text, (size_t)(equals + 1 - text));
    for (text = equals != NULL ? equals + 1 : text; *text != '\0'; text++)
        if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
            (*text >= '0' && *text <= '9') || strchr("-._~", *text) != NULL)
            gn_buf_byte(out, *text);
        else
            gn_buf_printf(out, "%%%02X", (unsigned char)*text);
}

static enum garner_code add_data(const struct gn_texts *list,
                                 enum data_kind kind, struct gn_buf *out,
                                 struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < list->count && code == GARNER_OK; i++) {
        const char *text = list->items[i];

        if (out->size > 0 && kind != DATA_JSON)
            gn_buf_byte(out, '&');
        if (kind == DATA_ENCODE)
            encode(text, out);
        else if (text[0] == '@' && kind != DATA_RAW)
            code = read_file(text + 1, kind != DATA_FORM, out, err);
        else
            gn_buf_text(out, text);
    }
    return code;
}

static enum garner_code make_body(const struct gn_ask_flags *flags,
                                  struct gn_request *request,
                                  struct gn_ask_memory *memory,
                                  struct garner_error *err)
{
    struct gn_buf body = {0};
    enum garner_code code = add_data(&flags->data, DATA_FORM, &body, err);

    if (code == GARNER_OK)
        code = add_data(&flags->data_raw, DATA_RAW, &body, err);
    if (code == GARNER_OK)
        code = add_data(&flags->data_binary, DATA_BINARY, &body, err);
    if (code == GARNER_OK)
        code = add_data(&flags->data_urlencode, DATA_ENCODE, &body, err);
    if (code == GARNER_OK)
        code = add_data(&flags->json, DATA_JSON, &body, err);
    if (code == GARNER_OK && gn_buf_failed(&body))
        code = no_memory(err);
    if (code == GARNER_OK) {
        memory->body = gn_memdup(gn_buf_cstr(&body), body.size);
        if (memory->body == NULL)
            code = no_memory(err);
        if (flags->get) {
            memory->query = memory->body;
        } else {
            request->body = memory->body;
            request->body_size = body.size;
        }
    }
    gn_buf_fini(&body);
    return code;
}

static bool add_header(struct gn_ask_memory *memory, const char *name,
                       const char *value)
{
    struct gn_buf line = {0};
    char *text;

    gn_buf_text(&line, name);
    gn_buf_text(&line, value);
    text = gn_buf_failed(&line) ? NULL : gn_strdup(gn_buf_cstr(&line));
    gn_buf_fini(&line);
    if (text != NULL)
        memory->headers[memory->header_count++] = text;
    return text != NULL;
}

static enum garner_code make_headers(const struct gn_ask_flags *flags,
                                     struct gn_request *request,
                                     struct gn_ask_memory *memory,
                                     struct garner_error *err)
{
    const bool json = flags->json.count > 0;
    bool added = true;

    memory->headers = gn_alloc((flags->headers.count + OWN_HEADERS + 1) *
                               sizeof *memory->headers);
    if (memory->headers == NULL)
        return no_memory(err);
    for (size_t i = 0; i < flags->headers.count && added; i++)
        added = add_header(memory, "", flags->headers.items[i]);
    if (added && request->body != NULL && !has_header(flags, "Content-Type"))
        added = add_header(memory, "Content-Type: ",
                           json ? "application/json"
                                : "application/x-www-form-urlencoded");
    if (added && json && !has_header(flags, "Accept"))
        added = add_header(memory, "Accept: ", "application/json");
    if (added && flags->referer != NULL)
        added = add_header(memory, "Referer: ", flags->referer);
    request->headers = (const char *const *)memory->headers;
    return added ? GARNER_OK : no_memory(err);
}

static bool has_form(const struct gn_ask_flags *flags)
{
    return flags->data.count + flags->data_raw.count +
               flags->data_binary.count + flags->data_urlencode.count >
           0;
}

void gn_ask_find_file(struct gn_ask_flags *flags)
{
    if (flags->cookie == NULL || strchr(flags->cookie, '=') != NULL)
        return;
    flags->cookie_file = flags->cookie;
    flags->cookie = NULL;
}

static enum garner_code check(const struct gn_ask_flags *flags,
                              struct garner_error *err)
{
    if (flags->json.count > 0 && has_form(flags))
        return gn_fail(err, GARNER_INVALID,
                       "--json does not go with --data: choose one");
    if (flags->get && !has_form(flags))
        return gn_fail(err, GARNER_INVALID,
                       "--get sends the data in the URL; add --data");
    if (flags->cookie != NULL && strchr(flags->cookie, '=') == NULL)
        return gn_fail(err, GARNER_INVALID,
                       "--cookie: write it NAME=VALUE (files of cookies are "
                       "not read)");
    return GARNER_OK;
}

static enum garner_code redirects(const char *text, int *value,
                                  struct garner_error *err)
{
    char *end;
    long n;

    errno = 0;
    n = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || n < 0 || n > 1000)
        return gn_fail(err, GARNER_INVALID,
                       "--max-redirs: '%.40s' is not a number from 0 to 1000",
                       text);
    *value = n == 0 ? -1 : (int)n;
    return GARNER_OK;
}

bool gn_ask_allows_private(const struct gn_ask_flags *flags)
{
    return flags->private != NULL && strcmp(flags->private, "allow") == 0;
}

enum garner_code gn_ask_request(const struct gn_ask_flags *flags,
                                const char *url, struct gn_request *request,
                                struct gn_ask_memory *memory,
                                struct garner_error *err)
{
    enum garner_code code = check(flags, err);

    *request =
        (struct gn_request){.url = url,
                            .method = flags->method,
                            .user_agent = flags->user_agent,
                            .cookies = flags->cookie,
                            .keeps_cookies = flags->cookie_file != NULL ||
                                             flags->cookie_jar != NULL,
                            .led_public_only = !gn_ask_allows_private(flags)};
    request->limits.connect_ms = flags->connect_ms;
    request->limits.total_ms = flags->total_ms;
    request->limits.max_body_bytes = flags->max_body_bytes;
    if (code == GARNER_OK && flags->max_redirects != NULL)
        code = redirects(flags->max_redirects, &request->limits.max_redirects,
                         err);
    if (code == GARNER_OK && (has_form(flags) || flags->json.count > 0))
        code = make_body(flags, request, memory, err);
    if (code == GARNER_OK)
        code = make_headers(flags, request, memory, err);
    if (code == GARNER_OK)
        code = gn_reach_apply(&flags->reach, request, &memory->reach, err);
    return code;
}

void gn_ask_fini(struct gn_ask_memory *memory)
{
    for (size_t i = 0; i < memory->header_count; i++)
        gn_free(memory->headers[i]);
    gn_free(memory->headers);
    gn_free(memory->body);
    gn_reach_fini(&memory->reach);
    *memory = (struct gn_ask_memory){0};
}
