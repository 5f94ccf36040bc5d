// Activations cut into blocks of rows, each worked on by one thread from end to end while it is in that thread's cache:
// how a decoder does all that lies between its attentions. Used by Decoder, on any thread.
#pragma once

#include "core/base/job.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace slopescope {

// Rows [first, first + rows) of the texts [text, text + texts) of a batch; several texts only where they are whole.
struct RowBlock {
    std::int64_t text = 0, texts = 0, first = 0, rows = 0;

    // This block of [batch, length, ...], a view.
    at::Tensor of(const at::Tensor& whole) const;

    // Copies this block's [texts, rows, ...] into `whole`, whose rows may begin `offset` rows later. What lies on a device
    // may go to another place and precision.
    void put(const at::Tensor& part, const at::Tensor& whole, std::int64_t offset = 0) const;
};

// Calls body for blocks that cover [batch, length], on all threads, none of which records gradients. `weights` is the number
// that each row meets in the body: a block is some milliseconds of them. Throws Cancelled when the job is stopped.
void forRowBlocks(std::int64_t batch, std::int64_t length, std::int64_t weights, const Job& job,
                  const std::function<void(const RowBlock&)>& body);

} // namespace slopescope
