#include "fetch/sink.h"

#include "base/mem.h"
#include "fetch/resume.h"

enum {
    KEPT_BYTES = 16 << 10, /* a larger buffer is freed after use */
    FIRST_SAVED = 200, /* statuses whose body is saved: it is what was ... */
    LAST_SAVED = 203,  /* ... asked for, and whole */
    PARTIAL = 206,
    NO_SUCH_RANGE = 416,
    MEMORY_BYTES = 1000000000 /* most of a body there */
};

static int status(const struct gn_sink *s)
{
    long value = 0;

    return curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &value) ==
                   CURLE_OK
               ? (int)value
               : 0;
}

/* Whether the body is one to be saved: nothing but a whole, good one is put in
 * the place of an older one. */
static bool is_saved(const struct gn_sink *s)
{
    const int code = status(s);

    return gn_target_path(s->target) != NULL &&
           ((code >= FIRST_SAVED && code <= LAST_SAVED) ||
            (code == PARTIAL && s->resumes));
}

static bool is_in_memory(const struct gn_sink *s)
{
    return gn_target_needs_memory(s->target) || !is_saved(s);
}

static void drop_version(struct gn_sink *s)
{
    gn_free(s->version);
    s->version = NULL;
}

static void drop_part(struct gn_sink *s)
{
    gn_part_free(s->part);
    s->part = NULL;
    drop_version(s);
}

static void drop_spool(struct gn_sink *s)
{
    gn_spool_free(s->spool);
    s->spool = NULL;
}

void gn_sink_fini(struct gn_sink *s)
{
    drop_part(s);
    drop_spool(s);
    gn_buf_fini(&s->body);
}

void gn_sink_begin(struct gn_sink *s, struct gn_target *target)
{
    s->target = target;
    s->part = gn_target_take_part(target, &s->version);
    s->resumes = s->part != NULL;
    s->size = s->from = s->resumes ? gn_part_size(s->part) : 0;
    s->begins = true;
}

/* --- the body comes ------------------------------------------------------- */

/* Looks, before the body, whether it goes on with the part that is there; if it
 * is a whole one, that part is forgotten. */
static enum gn_cause begin_body(struct gn_sink *s)
{
    if (!s->begins || !s->resumes)
        return GN_CAUSE_LIBCURL;
    s->begins = false;
    if (is_saved(s) && status(s) == PARTIAL)
        return gn_resume_follows(gn_buf_cstr(s->headers), s->from)
                   ? GN_CAUSE_LIBCURL
                   : GN_CAUSE_NO_REST;
    s->size = s->from = 0;
    if (!is_saved(s))
        return GN_CAUSE_LIBCURL;
    drop_version(s);
    return gn_part_restart(s->part, &s->why) == GARNER_OK ? GN_CAUSE_LIBCURL
                                                          : GN_CAUSE_NOT_SAVED;
}

/* Whether more bytes are too many for what was sent so far. */
static bool is_too_dense(const struct gn_sink *s, size_t more)
{
    const int ratio = gn_target_limits(s->target)->max_ratio;
    const int64_t size = s->size - s->from + (int64_t)more;
    curl_off_t sent = 0;

    return ratio > 0 && size >= GN_FETCH_RATIO_FROM &&
           curl_easy_getinfo(s->easy, CURLINFO_SIZE_DOWNLOAD_T, &sent) ==
               CURLE_OK &&
           size / ratio > sent;
}

enum gn_cause gn_sink_admit(struct gn_sink *s, size_t size)
{
    const enum gn_cause cause = begin_body(s);
    int64_t most = gn_target_limits(s->target)->max_body_bytes;

    if (cause != GN_CAUSE_LIBCURL)
        return cause;
    if (most > MEMORY_BYTES && is_in_memory(s))
        most = MEMORY_BYTES;
    if ((int64_t)size > most - s->size)
        return GN_CAUSE_BODY_TOO_LARGE;
    return is_too_dense(s, size) ? GN_CAUSE_BODY_TOO_DENSE : GN_CAUSE_LIBCURL;
}

static bool open_part(struct gn_sink *s)
{
    return s->part != NULL ||
           gn_part_open(gn_target_path(s->target), s->tools->sha256, &s->part,
                        &s->why) == GARNER_OK;
}

static bool is_too_large(const struct gn_sink *s, size_t more)
{
    return s->tools->spool != NULL &&
           (int64_t)(s->body.size + more) >
               gn_target_limits(s->target)->memory_bytes;
}

/* Puts what came so far into a spool. */
static enum garner_code begin_spool(struct gn_sink *s)
{
    enum garner_code code =
        gn_spool_new(s->tools->spool, s->tools->sha256, &s->spool, &s->why);

    if (code == GARNER_OK)
        code = gn_spool_write(s->spool, s->body.data, s->body.size, &s->why);
    gn_buf_fini(&s->body);
    return code;
}

/* What is not to go to the file alone. */
static enum gn_cause keep(struct gn_sink *s, const char *data, size_t size)
{
    enum garner_code code = GARNER_OK;

    if (s->spool == NULL && is_too_large(s, size))
        code = begin_spool(s);
    if (code == GARNER_OK && s->spool != NULL)
        code = gn_spool_write(s->spool, data, size, &s->why);
    else if (code == GARNER_OK)
        gn_buf_append(&s->body, data, size);
    if (code != GARNER_OK)
        return GN_CAUSE_NOT_SAVED;
    return gn_buf_failed(&s->body) ? GN_CAUSE_NO_MEMORY : GN_CAUSE_LIBCURL;
}

enum gn_cause gn_sink_write(struct gn_sink *s, const char *data, size_t size)
{
    enum gn_cause cause = GN_CAUSE_LIBCURL;

    if (is_saved(s) && (!open_part(s) || gn_part_write(s->part, data, size,
                                                       &s->why) != GARNER_OK))
        return GN_CAUSE_NOT_SAVED;
    if (is_in_memory(s))
        cause = keep(s, data, size);
    s->size += (int64_t)size;
    return cause;
}

/* --- it has ended --------------------------------------------------------- */

static bool hash_memory(const struct gn_sink *s, unsigned char sha256[32])
{
    const struct gn_tools *tools = s->tools;

    return EVP_DigestInit_ex2(tools->digest, tools->sha256, NULL) == 1 &&
           EVP_DigestUpdate(tools->digest, s->body.data, s->body.size) == 1 &&
           EVP_DigestFinal_ex(tools->digest, sha256, NULL) == 1;
}

enum gn_cause gn_sink_end(struct gn_sink *s, unsigned char sha256[32])
{
    const enum gn_cause cause = begin_body(s);

    if (cause != GN_CAUSE_LIBCURL)
        return cause;
    if (s->spool != NULL &&
        gn_spool_end(s->spool, sha256, &s->why) != GARNER_OK)
        return GN_CAUSE_NOT_SAVED;
    if (is_saved(s)) /* there is no file yet of an empty one */
        return open_part(s) &&
                       gn_part_hash(s->part, sha256, &s->why) == GARNER_OK
                   ? GN_CAUSE_LIBCURL
                   : GN_CAUSE_NOT_SAVED;
    return s->spool != NULL || hash_memory(s, sha256) ? GN_CAUSE_LIBCURL
                                                      : GN_CAUSE_NO_MEMORY;
}

/* The version of what came of this reply, if its rest can be asked for. */
static char *find_version(struct gn_sink *s)
{
    if (begin_body(s) != GN_CAUSE_LIBCURL || gn_part_size(s->part) == 0 ||
        gn_target_needs_memory(s->target) || !gn_target_may_ask_if(s->target))
        return NULL;
    return gn_resume_version(gn_buf_cstr(s->headers));
}

void gn_sink_cut(struct gn_sink *s, enum gn_cause cause, bool heard)
{
    const bool is_cut = cause == GN_CAUSE_LIBCURL || cause == GN_CAUSE_STALLED;

    gn_buf_clear(&s->body);
    drop_spool(s);
    if (s->part == NULL)
        return;
    if (is_cut && heard && is_saved(s)) {
        char *version = find_version(s);

        drop_version(s);
        s->version = version;
    }
    if (!is_cut || s->version == NULL)
        drop_part(s);
}

void gn_sink_tell(struct gn_sink *s, enum gn_cause cause, struct gn_response *r)
{
    const bool is_whole = r->failure == GN_FAILURE_NONE && is_saved(s);

    r->has_no_rest =
        s->resumes && (cause == GN_CAUSE_NO_REST || r->status == NO_SUCH_RANGE);
    if (r->has_no_rest)
        drop_part(s);
    if (is_whole)
        drop_version(s);
    if (is_whole && r->status == PARTIAL)
        r->status = FIRST_SAVED; /* as it would be in one piece */
    r->size = r->failure == GN_FAILURE_NONE ? s->size : 0;
    r->part = s->part;
    r->version = s->version;
    r->spool = s->spool;
    s->part = NULL;
    s->spool = NULL;
    if (s->resumes) /* the next one asks for all */
        (void)gn_target_ask_if(s->target, NULL);
}

void gn_sink_trim(struct gn_buf *b)
{
    if (b->room > KEPT_BYTES)
        gn_buf_fini(b);
    else
        gn_buf_clear(b);
}

void gn_sink_reset(struct gn_sink *s)
{
    drop_part(s);
    drop_spool(s);
    gn_sink_trim(&s->body);
    s->target = NULL;
}
