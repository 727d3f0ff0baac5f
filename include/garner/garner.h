/* garner/garner.h - all of libgarner. */
#ifndef GARNER_GARNER_H
#define GARNER_GARNER_H

#include "garner/blob.h"
#include "garner/codec.h"
#include "garner/error.h"
#include "garner/farm.h"
#include "garner/maintain.h"
#include "garner/read.h"
#include "garner/record.h"
#include "garner/store.h"
#include "garner/tx.h"
#include "garner/unit.h"
#include "garner/value.h"
#include "garner/write.h"

#endif
