# The same network and the same step in PyTorch, for trainSpeed.ts: a number on stdin is how many steps to make, the answer their times.
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

batch = int(sys.argv[1])
layout = torch.channels_last if sys.argv[2] == 'nhwc' else torch.contiguous_format


class Block(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.stride, self.extra = stride, after - before

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.extra))
        return F.relu(x + y)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(16)
        blocks, before = [], 16
        for stage, width in enumerate((16, 32, 64)):
            for block in range(3):
                blocks.append(Block(before, width, 2 if stage > 0 and block == 0 else 1))
                before = width
        self.blocks = nn.Sequential(*blocks)
        self.logits = nn.Linear(64, 10)

    def forward(self, x):
        return self.logits(self.blocks(F.relu(self.bn(self.conv(x)))).mean((2, 3)))


model = ResNet20().to(memory_format=layout)
images = torch.randn(batch, 3, 32, 32).to(memory_format=layout)
labels = torch.arange(batch) % 10
optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)


def step():
    start = time.perf_counter()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    loss.item()
    return (time.perf_counter() - start) * 1000


print(json.dumps({'device': f'PyTorch {torch.__version__}, {torch.get_num_threads()} threads'}), flush=True)
for line in sys.stdin:
    before = time.process_time()
    times = [step() for _ in range(int(line))]
    print(json.dumps({'times': times, 'cpuMs': (time.process_time() - before) * 1000}), flush=True)
