#include "extract/input.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "extract/charset.h"
#include "extract/decode.h"

const struct garner_value *gn_input_find(const struct gn_input *in,
                                         const char *name)
{
    for (size_t i = 0; i < in->count; i++)
        if (in->params[i].value.type == GARNER_TEXT &&
            strcmp(in->params[i].name, name) == 0)
            return &in->params[i].value;
    return NULL;
}

/* Gives text as the body to the SQL. */
static enum garner_code put_body(struct gn_input *in, const struct gn_buf *text)
{
    struct gn_param *copy = in->copy;

    if (copy == NULL)
        copy = gn_alloc(in->count * sizeof copy[0]);
    if (copy == NULL)
        return GARNER_NOMEM;
    in->copy = copy;
    for (size_t i = 0; i < in->count; i++) {
        copy[i] = in->params[i];
        if (strcmp(copy[i].name, "body") == 0)
            copy[i].value = garner_text_n(gn_buf_cstr(text), text->size);
    }
    in->params = copy;
    return GARNER_OK;
}

/* Finds out what the body is in, and gives it as UTF-8. */
static enum garner_code decode(struct gn_input *in)
{
    const struct garner_value *body = gn_input_find(in, "body");
    const struct garner_value *type = gn_input_find(in, "content_type");
    const struct gn_charset *charset =
        gn_charset_detect(body->bytes.data, body->bytes.size,
                          type != NULL ? type->bytes.data : "",
                          type != NULL ? type->bytes.size : 0);
    enum garner_code code = GARNER_DONE;

    if (charset != NULL)
        code =
            gn_decode(charset, body->bytes.data, body->bytes.size, &in->body);
    return code == GARNER_OK ? put_body(in, &in->body) : code;
}

enum garner_code gn_input_make(struct gn_input *in,
                               const struct gn_param *params, size_t count,
                               const struct gn_inflate_bounds *bounds,
                               struct garner_error *err)
{
    const struct garner_value *body;
    enum garner_code code = GARNER_OK;
    size_t size;

    *in = (struct gn_input){.params = params, .count = count};
    body = gn_input_find(in, "body");
    if (body == NULL || body->bytes.size == 0)
        return GARNER_OK;
    size = body->bytes.size;
    if (gn_inflate_is_gzip(body->bytes.data, size)) {
        code = gn_inflate(body->bytes.data, size, bounds, &in->unpacked, err);
        if (code != GARNER_OK)
            return code;
        code = put_body(in, &in->unpacked);
    }
    if (code == GARNER_OK)
        code = decode(in);
    if (code == GARNER_NOMEM)
        return gn_fail(err, GARNER_NOMEM,
                       "no memory to make UTF-8 of a body of %zu bytes", size);
    body = gn_input_find(in, "body");
    in->text = body->bytes.data;
    in->text_size = body->bytes.size;
    return GARNER_OK;
}

void gn_input_fini(struct gn_input *in)
{
    gn_buf_fini(&in->unpacked);
    gn_buf_fini(&in->body);
    gn_free(in->copy);
    *in = (struct gn_input){0};
}
