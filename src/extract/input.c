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

/* Gives the body in in->body to the SQL. */
static enum garner_code put_body(struct gn_input *in)
{
    in->copy = gn_alloc(in->count * sizeof in->copy[0]);
    if (in->copy == NULL)
        return GARNER_NOMEM;
    for (size_t i = 0; i < in->count; i++) {
        in->copy[i] = in->params[i];
        if (strcmp(in->copy[i].name, "body") == 0)
            in->copy[i].value =
                garner_text_n(gn_buf_cstr(&in->body), in->body.size);
    }
    in->params = in->copy;
    return GARNER_OK;
}

enum garner_code gn_input_make(struct gn_input *in,
                               const struct gn_param *params, size_t count,
                               struct garner_error *err)
{
    const struct gn_charset *charset;
    const struct garner_value *body;
    const struct garner_value *type;
    enum garner_code code = GARNER_DONE;

    *in = (struct gn_input){.params = params, .count = count};
    body = gn_input_find(in, "body");
    type = gn_input_find(in, "content_type");
    if (body == NULL || body->bytes.size == 0)
        return GARNER_OK;
    charset = gn_charset_detect(body->bytes.data, body->bytes.size,
                                type != NULL ? type->bytes.data : "",
                                type != NULL ? type->bytes.size : 0);
    if (charset != NULL)
        code =
            gn_decode(charset, body->bytes.data, body->bytes.size, &in->body);
    if (code == GARNER_OK)
        code = put_body(in);
    if (code == GARNER_NOMEM)
        return gn_fail(err, GARNER_NOMEM,
                       "no memory to make UTF-8 of a body of %zu bytes",
                       body->bytes.size);
    body = gn_input_find(in, "body");
    in->text = body->bytes.data;
    in->text_size = body->bytes.size;
    return GARNER_OK;
}

void gn_input_fini(struct gn_input *in)
{
    gn_buf_fini(&in->body);
    gn_free(in->copy);
    *in = (struct gn_input){0};
}
