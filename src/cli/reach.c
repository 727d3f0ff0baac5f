#include "cli/reach.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "no memory for the request");
}

static enum garner_code check_file(const char *flag, const char *path,
                                   const char *holds, struct garner_error *err)
{
    if (path == NULL || access(path, R_OK) == 0)
        return GARNER_OK;
    return gn_fail(err, GARNER_INVALID,
                   "%s: cannot read %.120s: %s; name a PEM file of %s", flag,
                   path, strerrordesc_np(errno), holds);
}

static enum garner_code check(const struct gn_reach_flags *f,
                              struct garner_error *err)
{
    enum garner_code code =
        check_file("--cacert", f->ca_file, "certificates", err);

    if (code == GARNER_OK)
        code = check_file("--cert", f->cert, "a certificate of yours", err);
    if (code == GARNER_OK)
        code = check_file("--cert-key", f->key, "the certificate's key", err);
    if (code != GARNER_OK)
        return code;
    if (f->user != NULL && strchr(f->user, ':') == NULL)
        return gn_fail(err, GARNER_INVALID,
                       "--user: write it USER:PASSWORD (nothing is asked for "
                       "later)");
    if (f->user != NULL && f->bearer != NULL)
        return gn_fail(err, GARNER_INVALID,
                       "--user does not go with --oauth2-bearer: choose one");
    if ((f->digest || f->basic) && f->user == NULL)
        return gn_fail(err, GARNER_INVALID,
                       "--digest and --basic say how to log in; add --user "
                       "USER:PASSWORD");
    if (f->digest && f->basic)
        return gn_fail(err, GARNER_INVALID,
                       "--digest does not go with --basic: choose one");
    if (f->ipv4 && f->ipv6)
        return gn_fail(err, GARNER_INVALID,
                       "--ipv4 does not go with --ipv6: choose one");
    if (f->http1 && f->http2)
        return gn_fail(err, GARNER_INVALID,
                       "--http1.1 does not go with --http2: choose one");
    return GARNER_OK;
}

static enum garner_code log_in(const struct gn_reach_flags *f,
                               struct gn_request *request,
                               struct gn_reach_memory *memory,
                               struct garner_error *err)
{
    const char *colon = f->user != NULL ? strchr(f->user, ':') : NULL;

    if (f->bearer != NULL) {
        request->login = GN_LOGIN_BEARER;
        request->password = f->bearer;
    } else if (colon != NULL) {
        request->login = f->digest ? GN_LOGIN_DIGEST : GN_LOGIN_BASIC;
        memory->user = gn_memdup(f->user, (size_t)(colon - f->user));
        request->user = memory->user;
        request->password = colon + 1;
        if (memory->user == NULL)
            return no_memory(err);
    }
    return GARNER_OK;
}

/* "HOST:PORT:ADDRESS", where ADDRESS may have brackets, as "HOST:PORT:ADDRESS:
 * PORT". */
static enum garner_code route(const char *text, char **out,
                              struct garner_error *err)
{
    const char *host_end = *text == '[' ? strchr(text, ']') : text;
    const char *port = host_end != NULL ? strchr(host_end, ':') : NULL;
    const char *address = port != NULL ? strchr(port + 1, ':') : NULL;
    const bool bare = address != NULL && address[1] != '[' &&
                      strchr(address + 1, ':') != NULL;
    struct gn_buf line = {0};

    if (address == NULL || port == text || address == port + 1 ||
        address[1] == '\0' ||
        strspn(port + 1, "0123456789") != (size_t)(address - port - 1))
        return gn_fail(err, GARNER_INVALID,
                       "--resolve '%.80s': write it HOST:PORT:ADDRESS", text);
    gn_buf_append(&line, text, (size_t)(address + 1 - text));
    gn_buf_text(&line, bare ? "[" : "");
    gn_buf_text(&line, address + 1);
    gn_buf_text(&line, bare ? "]" : "");
    gn_buf_append(&line, port, (size_t)(address - port));
    *out = gn_buf_take(&line);
    return *out != NULL ? GARNER_OK : no_memory(err);
}

static enum garner_code resolve(const struct gn_texts *texts,
                                struct gn_request *request,
                                struct gn_reach_memory *memory,
                                struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    if (texts->count == 0)
        return GARNER_OK;
    memory->connect_to = gn_alloc((texts->count + 1) * sizeof(char *));
    if (memory->connect_to == NULL)
        return no_memory(err);
    for (size_t i = 0; i < texts->count && code == GARNER_OK; i++)
        code = route(texts->items[i], &memory->connect_to[i], err);
    request->route.connect_to = (const char *const *)memory->connect_to;
    return code;
}

enum garner_code gn_reach_apply(const struct gn_reach_flags *flags,
                                struct gn_request *request,
                                struct gn_reach_memory *memory,
                                struct garner_error *err)
{
    enum garner_code code = check(flags, err);

    request->proxy = flags->proxy;
    request->ca_file = flags->ca_file;
    request->cert = flags->cert;
    request->key = flags->key;
    request->key_password = flags->key_password;
    request->insecure = flags->insecure;
    request->least_tls = flags->tls_13 ? 13 : flags->tls_12 ? 12 : 0;
    request->route.interface = flags->interface;
    request->route.ip = flags->ipv4 ? 4 : flags->ipv6 ? 6 : 0;
    request->route.http = flags->http1 ? 1 : flags->http2 ? 2 : 0;
    if (code == GARNER_OK)
        code = log_in(flags, request, memory, err);
    return code == GARNER_OK ? resolve(&flags->resolve, request, memory, err)
                             : code;
}

void gn_reach_fini(struct gn_reach_memory *memory)
{
    for (char **line = memory->connect_to; line != NULL && *line != NULL;
         line++)
        gn_free(*line);
    gn_free(memory->connect_to);
    gn_free(memory->user);
    *memory = (struct gn_reach_memory){0};
}
