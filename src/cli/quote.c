#include "cli/quote.h"

#include <string.h>

void gn_quote_shell(struct gn_buf *out, const char *text)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "-_./:=@%+,";

    if (text[0] != '\0' && text[strspn(text, safe)] == '\0') {
        gn_buf_text(out, text);
        return;
    }
    gn_buf_byte(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            gn_buf_text(out, "'\\''");
        else
            gn_buf_byte(out, *text);
    }
    gn_buf_byte(out, '\'');
}

void gn_quote_name(struct gn_buf *out, const char *name)
{
    gn_buf_byte(out, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"')
            gn_buf_byte(out, '"');
        gn_buf_byte(out, *name);
    }
    gn_buf_byte(out, '"');
}
