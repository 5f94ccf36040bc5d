<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
<context>
    <name>Names</name>
    <message>
        <source>÷ %1</source>
        <translation>÷ %1</translation>
    </message>
    <message>
        <source>× %1</source>
        <translation>× %1</translation>
    </message>
    <message>
        <source>H%1</source>
        <translation>H%1</translation>
    </message>
    <message>
        <source>H%1–H%2</source>
        <translation>H%1–H%2</translation>
    </message>
    <message>
        <source>%1 heads</source>
        <translation>헤드 %1개</translation>
    </message>
    <message>
        <source>rotary</source>
        <translation>회전(Rotary)</translation>
    </message>
    <message>
        <source>rotary, linear × %1</source>
        <translation>회전(Rotary), 선형 × %1</translation>
    </message>
    <message>
        <source>rotary, NTK × %1</source>
        <translation>회전(Rotary), NTK × %1</translation>
    </message>
    <message>
        <source>rotary, dynamic NTK × %1</source>
        <translation>회전(Rotary), 동적 NTK × %1</translation>
    </message>
    <message>
        <source>rotary, YaRN × %1</source>
        <translation>회전(Rotary), YaRN × %1</translation>
    </message>
    <message>
        <source>rotary, Llama 3 × %1</source>
        <translation>회전(Rotary), Llama 3 × %1</translation>
    </message>
    <message>
        <source>rotary, LongRoPE × %1</source>
        <translation>회전(Rotary), LongRoPE × %1</translation>
    </message>
    <message>
        <source>learned</source>
        <translation>학습된 위치</translation>
    </message>
    <message>
        <source>sinusoidal</source>
        <translation>사인파</translation>
    </message>
    <message>
        <source>ALiBi</source>
        <translation>ALiBi</translation>
    </message>
    <message>
        <source>T5 bias</source>
        <translation>T5 바이어스</translation>
    </message>
    <message>
        <source>no positions</source>
        <translation>위치 없음</translation>
    </message>
    <message>
        <source>all slopes 0</source>
        <translation>기울기 모두 0</translation>
    </message>
    <message>
        <source>all slopes %1</source>
        <translation>기울기 모두 %1</translation>
    </message>
    <message>
        <source>the paper&apos;s slopes</source>
        <translation>논문의 기울기</translation>
    </message>
    <message>
        <source>slopes of its own</source>
        <translation>고유 기울기</translation>
    </message>
    <message>
        <source>slopes %1</source>
        <translation>기울기 %1</translation>
    </message>
    <message>
        <source>layer %1: %2</source>
        <translation>층 %1: %2</translation>
    </message>
    <message>
        <source>%1 of %2 slopes</source>
        <translation>기울기 %2개 중 %1개</translation>
    </message>
    <message>
        <source>window %1</source>
        <translation>윈도우 %1</translation>
    </message>
    <message>
        <source>1 sink</source>
        <translation>싱크 1개</translation>
    </message>
    <message>
        <source>%1 sinks</source>
        <translation>싱크 %1개</translation>
    </message>
    <message>
        <source>not as trained</source>
        <translation>학습과 다름</translation>
    </message>
    <message>
        <source>as trained at %1</source>
        <translation>길이 %1에서 학습된 그대로</translation>
    </message>
    <message>
        <source>as trained</source>
        <translation>학습된 그대로</translation>
    </message>
    <message>
        <source>one pass</source>
        <translation>단일 패스</translation>
    </message>
    <message>
        <source>non-overlapping windows</source>
        <translation>겹치지 않는 윈도우</translation>
    </message>
    <message>
        <source>sliding by %1</source>
        <translation>%1씩 이동하는 윈도우</translation>
    </message>
    <message>
        <source>Hugging Face loop, stride %1</source>
        <translation>Hugging Face 방식, 보폭 %1</translation>
    </message>
    <message>
        <source>llama.cpp, second halves scored</source>
        <translation>llama.cpp 방식, 뒤쪽 절반만 채점</translation>
    </message>
    <message>
        <source>ALiBi clipped at %1</source>
        <translation>%1에서 잘린 ALiBi</translation>
    </message>
    <message>
        <source>KERPLE log %1, %2</source>
        <translation>KERPLE 로그 %1, %2</translation>
    </message>
    <message>
        <source>KERPLE power %1, %2</source>
        <translation>KERPLE 거듭제곱 %1, %2</translation>
    </message>
    <message>
        <source>Sandwich</source>
        <translation>Sandwich</translation>
    </message>
    <message>
        <source>drawn bias</source>
        <translation>그린 바이어스</translation>
    </message>
    <message>
        <source>by head</source>
        <translation>헤드별</translation>
    </message>
    <message>
        <source>scores × %1</source>
        <translation>점수 × %1</translation>
    </message>
    <message>
        <source>SSMax %1</source>
        <translation>SSMax %1</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>The folder of bundled models is not found; name it with --resources.</source>
        <translation>제공 모델 폴더를 찾지 못했습니다. --resources로 지정하세요.</translation>
    </message>
    <message>
        <source>--resources %1 holds no folder models/.</source>
        <translation>--resources %1에 models/ 폴더가 없습니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui</name>
    <message>
        <source>%1 T</source>
        <translation>%1 T</translation>
    </message>
    <message>
        <source>%1 B</source>
        <translation>%1 B</translation>
    </message>
    <message>
        <source>%1 M</source>
        <translation>%1 M</translation>
    </message>
    <message>
        <source>%1 k</source>
        <translation>%1 k</translation>
    </message>
    <message>
        <source>Type a slope, such as 1/64, 0.015625 or 2^-6.</source>
        <translation>1/64, 0.015625, 2^-6처럼 기울기를 입력하세요.</translation>
    </message>
    <message>
        <source>“%1” is no slope: type one like 1/64, 0.015625 or 2^-6.</source>
        <translation>“%1”은(는) 기울기가 아닙니다. 1/64, 0.015625, 2^-6처럼 입력하세요.</translation>
    </message>
    <message>
        <source>“%1” is not finite; a slope must be.</source>
        <translation>“%1”은(는) 유한하지 않습니다. 기울기는 유한해야 합니다.</translation>
    </message>
    <message>
        <source>“%1” is negative; a slope is 0 or more.</source>
        <translation>“%1”은(는) 음수입니다. 기울기는 0 이상이어야 합니다.</translation>
    </message>
    <message>
        <source>The loss of every token appears here once it is computed.</source>
        <translation>토큰마다의 손실이 계산되는 대로 여기에 나타납니다.</translation>
    </message>
    <message>
        <source>Different tokenizers share no perplexity: shown as bits per byte</source>
        <translation>토크나이저가 다르면 퍼플렉서티를 비교할 수 없어 바이트당 비트로 표시합니다</translation>
    </message>
    <message>
        <source>%1 reads other tokens than B: no difference</source>
        <translation>%1은(는) B와 토큰이 달라 차이를 낼 수 없습니다</translation>
    </message>
    <message>
        <source>%1 variants read other tokens than B: no difference</source>
        <translation>변형 %1개는 B와 토큰이 달라 차이를 낼 수 없습니다</translation>
    </message>
    <message>
        <source>Choose B in the list of variants (key B): the difference from it is drawn here.</source>
        <translation>변형 목록에서 B를 고르면(B 키) 여기에 B와의 차이를 그립니다.</translation>
    </message>
    <message>
        <source>The curves appear here after the first window of a sweep.</source>
        <translation>스윕의 첫 윈도우가 끝나면 곡선이 여기에 나타납니다.</translation>
    </message>
    <message>
        <source>Loss by context is measured by one pass: choose it under Measure.</source>
        <translation>문맥별 손실은 단일 패스로만 측정합니다. ‘측정’에서 고르세요.</translation>
    </message>
    <message>
        <source>Token ids without letters have no bytes.</source>
        <translation>글자가 없는 토큰 id에는 바이트 수가 없습니다.</translation>
    </message>
    <message>
        <source>The difference from B appears here once a second visible variant is measured on the same tokens.</source>
        <translation>보이는 두 번째 변형을 같은 토큰에서 측정하면 B와의 차이가 여기에 나타납니다.</translation>
    </message>
    <message>
        <source>%1 ± %2</source>
        <translation>%1 ± %2</translation>
    </message>
    <message>
        <source>1 window</source>
        <translation>윈도우 1개</translation>
    </message>
    <message>
        <source>%1 windows</source>
        <translation>윈도우 %1개</translation>
    </message>
    <message>
        <source>perplexity %1</source>
        <translation>퍼플렉서티 %1</translation>
    </message>
    <message>
        <source>%1 nats from B</source>
        <translation>B와의 차이 %1 nat</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>토큰 %1개</translation>
    </message>
    <message>
        <source>about token %1 of the text</source>
        <translation>텍스트의 토큰 %1 부근</translation>
    </message>
    <message>
        <source>windows of %1 tokens</source>
        <translation>토큰 %1개짜리 윈도우</translation>
    </message>
    <message>
        <source>%1 to %2 tokens of context</source>
        <translation>문맥 토큰 %1–%2개</translation>
    </message>
    <message>
        <source>%1 tokens of context</source>
        <translation>문맥 토큰 %1개</translation>
    </message>
    <message>
        <source>about %1 tokens of context</source>
        <translation>문맥 토큰 약 %1개</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>그 밖에 %1개</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%2개 중 %1개</translation>
    </message>
    <message>
        <source>%1 from %2 tokens</source>
        <translation>토큰 %2개에서 %1</translation>
    </message>
    <message>
        <source>%1, the same for all</source>
        <translation>%1, 모두 같음</translation>
    </message>
    <message>
        <source>%1 variants not as trained</source>
        <translation>학습과 다른 변형 %1개</translation>
    </message>
    <message>
        <source>%1 (not as trained)</source>
        <translation>%1 (학습과 다름)</translation>
    </message>
    <message>
        <source> and </source>
        <translation>, </translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>퍼플렉서티</translation>
    </message>
    <message>
        <source>Bits per byte</source>
        <translation>바이트당 비트</translation>
    </message>
    <message>
        <source>Difference from B</source>
        <translation>B와의 차이</translation>
    </message>
    <message>
        <source>By length</source>
        <translation>길이별</translation>
    </message>
    <message>
        <source>By context</source>
        <translation>문맥별</translation>
    </message>
    <message>
        <source>By token</source>
        <translation>토큰별</translation>
    </message>
    <message>
        <source>%1 by length</source>
        <translation>길이별 %1</translation>
    </message>
    <message>
        <source>%1 by context</source>
        <translation>문맥별 %1</translation>
    </message>
    <message>
        <source>%1 by token</source>
        <translation>토큰별 %1</translation>
    </message>
    <message>
        <source>nats per token, below 0: better than B</source>
        <translation>토큰당 nat, 0 아래: B보다 나음</translation>
    </message>
    <message>
        <source>the first %1 tokens of the text, each for itself</source>
        <translation>텍스트의 첫 토큰 %1개, 하나씩</translation>
    </message>
    <message>
        <source>the first %1 tokens of the text, running mean over %2</source>
        <translation>텍스트의 첫 토큰 %1개, %2개 이동 평균</translation>
    </message>
    <message>
        <source>filling up: %1 tokens</source>
        <translation>채우는 중: 토큰 %1개</translation>
    </message>
    <message>
        <source>band ±2 s.e., paired</source>
        <translation>띠 ±2 표준오차, 쌍별</translation>
    </message>
    <message>
        <source>band ±2 s.e.</source>
        <translation>띠 ±2 표준오차</translation>
    </message>
    <message>
        <source>no band from one window</source>
        <translation>윈도우가 하나라 띠 없음</translation>
    </message>
    <message>
        <source>%1 tokens left over</source>
        <translation>남은 토큰 %1개</translation>
    </message>
    <message>
        <source> · ±2 s.e.</source>
        <translation> · ±2 표준오차</translation>
    </message>
    <message>
        <source>layer %1 · head %2</source>
        <translation>층 %1 · 헤드 %2</translation>
    </message>
    <message>
        <source>mean of %1 heads</source>
        <translation>헤드 %1개의 평균</translation>
    </message>
    <message>
        <source>Choose what to compare with: click the B of a variant in the list, or Ctrl+click a head.</source>
        <translation>비교할 대상을 고르세요: 목록에서 변형의 B를 누르거나 헤드를 Ctrl+클릭하세요.</translation>
    </message>
    <message>
        <source>%1 is being opened.</source>
        <translation>%1을(를) 여는 중입니다.</translation>
    </message>
    <message>
        <source>%1 cuts the text into other tokens, so their maps cannot be compared.</source>
        <translation>%1은(는) 텍스트를 다른 토큰으로 나누므로 두 맵을 비교할 수 없습니다.</translation>
    </message>
    <message>
        <source>%1 reads %2 tokens at most.</source>
        <translation>%1은(는) 토큰을 최대 %2개 읽습니다.</translation>
    </message>
    <message>
        <source>%1 has no text yet.</source>
        <translation>%1에는 아직 텍스트가 없습니다.</translation>
    </message>
    <message>
        <source>Layer %1 · Head %2</source>
        <translation>층 %1 · 헤드 %2</translation>
    </message>
    <message>
        <source>All heads</source>
        <translation>모든 헤드</translation>
    </message>
    <message>
        <source>Layer %1, all heads</source>
        <translation>층 %1, 모든 헤드</translation>
    </message>
    <message>
        <source>Mean of %1 heads</source>
        <translation>헤드 %1개의 평균</translation>
    </message>
    <message>
        <source>A−B&#xa0;%1</source>
        <translation>A−B&#xa0;%1</translation>
    </message>
    <message>
        <source>query&#xa0;%1 “%2” →&#xa0;key&#xa0;%3 “%4”</source>
        <translation>쿼리&#xa0;%1&#xa0;“%2”&#xa0;→&#xa0;키&#xa0;%3&#xa0;“%4”</translation>
    </message>
    <message>
        <source>masked: the key comes after the query</source>
        <translation>가려짐: 키가 쿼리보다 뒤에 있습니다</translation>
    </message>
    <message>
        <source>masked: the key lies outside the attention window</source>
        <translation>가려짐: 키가 어텐션 윈도우 밖에 있습니다</translation>
    </message>
    <message>
        <source>masked in %1: the key lies outside its attention window</source>
        <translation>%1에서 가려짐: 키가 그 어텐션 윈도우 밖에 있습니다</translation>
    </message>
    <message>
        <source>distance %1</source>
        <translation>거리 %1</translation>
    </message>
    <message>
        <source>rank %1 %2</source>
        <translation>순위 %1 %2</translation>
    </message>
    <message>
        <source>rank %1</source>
        <translation>순위 %1</translation>
    </message>
    <message>
        <source>probability</source>
        <translation>확률</translation>
    </message>
    <message>
        <source>score</source>
        <translation>점수</translation>
    </message>
    <message>
        <source>bias</source>
        <translation>바이어스</translation>
    </message>
    <message>
        <source>“%1” is too steep; a slope is at most %2.</source>
        <translation>“%1”은(는) 너무 가파릅니다. 기울기는 최대 %2입니다.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>slopes %1</source>
        <translation>기울기 %1</translation>
    </message>
    <message>
        <source>trained at %1</source>
        <translation>학습 길이 %1</translation>
    </message>
    <message>
        <source>L%1</source>
        <translation>L%1</translation>
    </message>
    <message>
        <source>H</source>
        <translation>H</translation>
    </message>
    <message>
        <source>all</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>Mass by distance, %1</source>
        <translation>거리별 질량, %1</translation>
    </message>
    <message>
        <source>Mass by distance</source>
        <translation>거리별 질량</translation>
    </message>
    <message>
        <source>distance (dashed B, dotted bias alone)</source>
        <translation>거리 (파선 B, 점선은 바이어스만)</translation>
    </message>
    <message>
        <source>distance (dotted: bias alone)</source>
        <translation>거리 (점선: 바이어스만)</translation>
    </message>
    <message>
        <source>the model %1</source>
        <translation>모델 %1</translation>
    </message>
    <message>
        <source>the text %1</source>
        <translation>텍스트 %1</translation>
    </message>
    <message>
        <source>Not found: %1. Everything else is open, and curves are shown as they were saved.</source>
        <translation>찾을 수 없음: %1. 나머지는 모두 열렸고, 곡선은 저장된 그대로 보입니다.</translation>
    </message>
    <message>
        <source>Changed since the workspace was saved: %1. Curves are measured anew.</source>
        <translation>작업 공간을 저장한 뒤 바뀜: %1. 곡선을 새로 측정합니다.</translation>
    </message>
    <message>
        <source>%1 (%2 tokens)</source>
        <translation>%1 (토큰 %2개)</translation>
    </message>
    <message>
        <source>Text: %1</source>
        <translation>텍스트: %1</translation>
    </message>
    <message>
        <source>The first %1 tokens of %2</source>
        <translation>%2의 첫 토큰 %1개</translation>
    </message>
    <message>
        <source>A pixel is the mean of its cells</source>
        <translation>픽셀은 셀들의 평균입니다</translation>
    </message>
    <message>
        <source>A pixel is the largest of its cells</source>
        <translation>픽셀은 셀들의 최댓값입니다</translation>
    </message>
    <message>
        <source>slopes by layer</source>
        <translation>층마다 다른 기울기</translation>
    </message>
    <message>
        <source>slopes %1 to %2 of %3 heads</source>
        <translation>헤드 %3개의 기울기 %1–%2</translation>
    </message>
    <message>
        <source>Curves: %1</source>
        <translation>곡선: %1</translation>
    </message>
    <message>
        <source>Slopescope %1</source>
        <translation>Slopescope %1</translation>
    </message>
    <message>
        <source>Map, as shown</source>
        <translation>맵, 보이는 대로</translation>
    </message>
    <message>
        <source>Attention by distance</source>
        <translation>거리별 어텐션</translation>
    </message>
    <message>
        <source>What each slope does</source>
        <translation>기울기마다 하는 일</translation>
    </message>
    <message>
        <source>Curves, as shown</source>
        <translation>곡선, 보이는 대로</translation>
    </message>
    <message>
        <source>Curves by context</source>
        <translation>문맥별 곡선</translation>
    </message>
    <message>
        <source>Differences from B</source>
        <translation>B와의 차이</translation>
    </message>
    <message>
        <source>Loss by token</source>
        <translation>토큰별 손실</translation>
    </message>
    <message>
        <source>The whole window</source>
        <translation>창 전체</translation>
    </message>
    <message>
        <source>A picture of this width at %1 dots per inch would have more than %2 million pixels.</source>
        <translation>이 너비의 그림은 인치당 %1점에서 %2백만 픽셀을 넘습니다.</translation>
    </message>
    <message>
        <source>There are no numbers behind this picture.</source>
        <translation>이 그림에는 수치가 없습니다.</translation>
    </message>
    <message>
        <source>A table is no array: its numbers are written as .csv or .json.</source>
        <translation>표는 배열이 아닙니다. 수치는 .csv나 .json으로 씁니다.</translation>
    </message>
    <message>
        <source>%1 says no format: its name must end in .pdf, .svg, .png, .csv, .json or .npy.</source>
        <translation>%1에서 형식을 알 수 없습니다. 이름은 .pdf, .svg, .png, .csv, .json, .npy 중 하나로 끝나야 합니다.</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2.</source>
        <translation>%1을(를) 쓸 수 없습니다: %2.</translation>
    </message>
    <message>
        <source>The pictures of the heads are not there yet.</source>
        <translation>헤드 그림이 아직 없습니다.</translation>
    </message>
    <message>
        <source>score plus bias</source>
        <translation>점수와 바이어스의 합</translation>
    </message>
    <message>
        <source>q·k / √d = %1 / √%2 = %3</source>
        <translation>q·k / √d = %1 / √%2 = %3</translation>
    </message>
    <message>
        <source>q·k × %1 = %2 × %1 = %3</source>
        <translation>q·k × %1 = %2 × %1 = %3</translation>
    </message>
    <message>
        <source>bias of distance %1 = %2 (learned table)</source>
        <translation>거리 %1의 바이어스 = %2 (학습된 표)</translation>
    </message>
    <message>
        <source>− m × distance = − %1 × %2 = %3</source>
        <translation>− m × 거리 = − %1 × %2 = %3</translation>
    </message>
    <message>
        <source>no bias by distance: 0</source>
        <translation>거리에 따른 바이어스 없음: 0</translation>
    </message>
    <message>
        <source>softmax: e^%1 / Σ = %2 / %3 = %4</source>
        <translation>소프트맥스: e^%1 / Σ = %2 / %3 = %4</translation>
    </message>
    <message>
        <source>softmax: e^(%1 − ln Σ) = e^(%1 − %2) = %3</source>
        <translation>소프트맥스: e^(%1 − ln Σ) = e^(%1 − %2) = %3</translation>
    </message>
    <message>
        <source>masked: the key comes after the query, so its weight is 0</source>
        <translation>가려짐: 키가 쿼리보다 뒤에 있어 가중치가 0입니다</translation>
    </message>
    <message>
        <source>masked: the key lies outside the attention window, so its weight is 0</source>
        <translation>가려짐: 키가 어텐션 윈도우 밖에 있어 가중치가 0입니다</translation>
    </message>
    <message>
        <source>sum = %1 %2 %3 = %4</source>
        <translation>합 = %1 %2 %3 = %4</translation>
    </message>
    <message>
        <source>There is no token %1 on view; they are 0 to %2.</source>
        <translation>보이는 곳에 토큰 %1이(가) 없습니다. 0부터 %2까지입니다.</translation>
    </message>
    <message>
        <source>“%1” does not stand before that query.</source>
        <translation>“%1”은(는) 그 쿼리 앞에 없습니다.</translation>
    </message>
    <message>
        <source>“%1” is not among the %2 tokens on view.</source>
        <translation>“%1”은(는) 보이는 토큰 %2개 중에 없습니다.</translation>
    </message>
    <message>
        <source>Say a query and a key: two numbers or words with a comma between.</source>
        <translation>쿼리와 키를 쉼표로 나누어 숫자나 단어 둘로 입력하세요.</translation>
    </message>
    <message>
        <source>%1 were asked for, %2 are left</source>
        <translation>%1이(가) 필요하지만 %2만 남았습니다</translation>
    </message>
    <message>
        <source>%1 are left</source>
        <translation>%1만 남았습니다</translation>
    </message>
    <message>
        <source>The computation failed for an unknown reason.</source>
        <translation>알 수 없는 이유로 계산에 실패했습니다.</translation>
    </message>
    <message>
        <source>What every head does</source>
        <translation>모든 헤드가 하는 일</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::CellCard</name>
    <message>
        <source>preview</source>
        <translation>미리보기</translation>
    </message>
    <message>
        <source>From q and k from before the edit</source>
        <translation>편집 이전의 q와 k로 계산</translation>
    </message>
    <message>
        <source>Point at a cell to see its numbers; click to keep them.</source>
        <translation>셀을 가리키면 수치가 보이고, 누르면 고정됩니다.</translation>
    </message>
    <message>
        <source>Cell</source>
        <translation>셀</translation>
    </message>
    <message>
        <source>Rank 1: the most probable key of this query</source>
        <translation>순위 1: 이 쿼리에서 확률이 가장 높은 키</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::ColourBar</name>
    <message>
        <source>Colour scale</source>
        <translation>색 눈금</translation>
    </message>
    <message>
        <source>The value at the upper end; empty: fitted to the picture</source>
        <translation>위쪽 끝의 값. 비우면 그림에 맞춥니다</translation>
    </message>
    <message>
        <source>The value at the lower end; empty: fitted to the picture</source>
        <translation>아래쪽 끝의 값. 비우면 그림에 맞춥니다</translation>
    </message>
    <message>
        <source>The lower end must lie below the upper one.</source>
        <translation>아래쪽 끝은 위쪽 끝보다 작아야 합니다.</translation>
    </message>
    <message>
        <source>Type a number.</source>
        <translation>숫자를 입력하세요.</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>색</translation>
    </message>
    <message>
        <source>Blues</source>
        <translation>파랑</translation>
    </message>
    <message>
        <source>Viridis</source>
        <translation>Viridis</translation>
    </message>
    <message>
        <source>Red, white, blue</source>
        <translation>빨강–하양–파랑</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>눈금</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>선형</translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>Percentile</source>
        <translation>백분위</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>범위</translation>
    </message>
    <message>
        <source>Each row by itself</source>
        <translation>행마다 따로</translation>
    </message>
    <message>
        <source>This head</source>
        <translation>이 헤드</translation>
    </message>
    <message>
        <source>All heads alike</source>
        <translation>모든 헤드 공통</translation>
    </message>
    <message>
        <source>Type the upper end…</source>
        <translation>위쪽 끝 입력…</translation>
    </message>
    <message>
        <source>Type the lower end…</source>
        <translation>아래쪽 끝 입력…</translation>
    </message>
    <message>
        <source>Fit both ends</source>
        <translation>양 끝 맞추기</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>선형</translation>
    </message>
    <message>
        <source>log</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>percentile</source>
        <translation>백분위</translation>
    </message>
    <message>
        <source>per row</source>
        <translation>행마다</translation>
    </message>
    <message>
        <source>this head</source>
        <translation>이 헤드</translation>
    </message>
    <message>
        <source>all heads</source>
        <translation>모든 헤드</translation>
    </message>
    <message>
        <source>%1 ▾
%2</source>
        <translation>%1 ▾
%2</translation>
    </message>
    <message>
        <source>Colours, scale and range</source>
        <translation>색, 눈금, 범위</translation>
    </message>
    <message>
        <source>Shares of the largest value of each row.</source>
        <translation>각 행의 최댓값에 대한 비율입니다.</translation>
    </message>
    <message>
        <source>Values beyond the ends have the colour of the end.</source>
        <translation>양 끝을 벗어난 값은 끝의 색으로 그립니다.</translation>
    </message>
    <message>
        <source>Double-click an end to type it.</source>
        <translation>끝을 두 번 누르면 값을 입력할 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::ContinuePanel</name>
    <message>
        <source>Keep</source>
        <translation>남기기</translation>
    </message>
    <message>
        <source>New tokens</source>
        <translation>새 토큰</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Make A&apos;s new tokens part of the text, so that its attention to them can be looked at</source>
        <translation>A의 새 토큰을 텍스트에 넣어 그 어텐션을 볼 수 있게 합니다</translation>
    </message>
    <message>
        <source>temperature </source>
        <translation>온도 </translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>온도</translation>
    </message>
    <message>
        <source>0: always the most probable token. Higher: bolder draws.</source>
        <translation>0: 언제나 가장 확률 높은 토큰. 높을수록 대담하게 뽑습니다.</translation>
    </message>
    <message>
        <source>top-p </source>
        <translation>top-p </translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Draw only from the most probable tokens that together reach this share.</source>
        <translation>확률이 높은 순으로 합이 이 값에 이르는 토큰에서만 뽑습니다.</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> 토큰</translation>
    </message>
    <message>
        <source>seed </source>
        <translation>시드 </translation>
    </message>
    <message>
        <source>The same seed draws the same tokens.</source>
        <translation>같은 시드는 같은 토큰을 뽑습니다.</translation>
    </message>
    <message>
        <source>What A has written</source>
        <translation>A가 쓴 것</translation>
    </message>
    <message>
        <source>What B has written</source>
        <translation>B가 쓴 것</translation>
    </message>
    <message>
        <source>A · %1</source>
        <translation>A · %1</translation>
    </message>
    <message>
        <source>B · %1</source>
        <translation>B · %1</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>이어 쓰기</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::CurveControls</name>
    <message>
        <source>Unit</source>
        <translation>단위</translation>
    </message>
    <message>
        <source>exp of the mean loss of a token: models with different tokenizers share none</source>
        <translation>토큰 평균 손실의 exp: 토크나이저가 다른 모델끼리는 비교할 수 없습니다</translation>
    </message>
    <message>
        <source>Mean loss in bits for each byte of the text: comparable whatever the tokenizer</source>
        <translation>텍스트 1바이트당 평균 손실(비트): 토크나이저와 관계없이 비교할 수 있습니다</translation>
    </message>
    <message>
        <source>Loss above B&apos;s in nats a token, window by window: much surer than the distance of two curves. Below 0: better than B</source>
        <translation>B보다 큰 손실(토큰당 nat)을 윈도우마다 뺀 값: 두 곡선의 간격보다 훨씬 정확합니다. 0 아래: B보다 나음</translation>
    </message>
    <message>
        <source>Axis</source>
        <translation>축</translation>
    </message>
    <message>
        <source>Of windows of a length: all their tokens, the early ones too</source>
        <translation>각 길이의 윈도우에서 모든 토큰(앞쪽 토큰 포함)</translation>
    </message>
    <message>
        <source>Of tokens that have just that much context</source>
        <translation>문맥이 정확히 그만큼인 토큰</translation>
    </message>
    <message>
        <source>Along the text on view, a running mean</source>
        <translation>보이는 텍스트를 따라가는 이동 평균</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>눈금</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>선형</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>A difference has a sign: its axis is linear</source>
        <translation>차이에는 부호가 있어 축이 선형입니다</translation>
    </message>
    <message>
        <source>Linear axis of tokens</source>
        <translation>토큰 축을 선형으로</translation>
    </message>
    <message>
        <source>Logarithmic axis of tokens</source>
        <translation>토큰 축을 로그로</translation>
    </message>
    <message>
        <source>Linear axis of values</source>
        <translation>값 축을 선형으로</translation>
    </message>
    <message>
        <source>Logarithmic axis of values; chosen by itself when the good curves span more than 8 times</source>
        <translation>값 축을 로그로. 좋은 곡선들의 범위가 8배를 넘으면 저절로 선택됩니다</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::CurvePlot</name>
    <message>
        <source>No variant is visible: the eye beside its name shows its curve.</source>
        <translation>보이는 변형이 없습니다. 이름 옆의 눈을 누르면 곡선이 나타납니다.</translation>
    </message>
    <message>
        <source>window length, tokens</source>
        <translation>윈도우 길이 (토큰)</translation>
    </message>
    <message>
        <source>tokens of context</source>
        <translation>문맥 토큰 수</translation>
    </message>
    <message>
        <source>token of the text</source>
        <translation>텍스트의 토큰</translation>
    </message>
    <message>
        <source>%1 − B</source>
        <translation>%1 − B</translation>
    </message>
    <message>
        <source>trained at %1</source>
        <translation>학습 길이 %1</translation>
    </message>
    <message>
        <source>B: %1</source>
        <translation>B: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::CurveView</name>
    <message>
        <source>Curves</source>
        <translation>곡선</translation>
    </message>
    <message>
        <source>%1, as saved</source>
        <translation>%1, 저장된 대로</translation>
    </message>
    <message>
        <source>nats per token from B</source>
        <translation>B와의 차이, 토큰당 nat</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::DecayFigure</name>
    <message>
        <source>Weight left by distance, before content</source>
        <translation>거리에 따라 남는 가중치 (내용 반영 전)</translation>
    </message>
    <message>
        <source>%1, layer %2</source>
        <translation>%1, 층 %2</translation>
    </message>
    <message>
        <source>H%1 %2</source>
        <translation>H%1 %2</translation>
    </message>
    <message>
        <source>What is on view has no slopes.</source>
        <translation>보이는 것에는 기울기가 없습니다.</translation>
    </message>
    <message>
        <source>distance, tokens</source>
        <translation>거리 (토큰)</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::DecayView</name>
    <message>
        <source>Weight left by distance, before content</source>
        <translation>거리에 따라 남는 가중치 (내용 반영 전)</translation>
    </message>
    <message>
        <source>H%1 · slope %2
%3 of the weight is left at distance %4</source>
        <translation>H%1 · 기울기 %2
거리 %4에서 가중치의 %3가 남습니다</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::DevicePicker</name>
    <message>
        <source>CPU · %1</source>
        <translation>CPU · %1</translation>
    </message>
    <message>
        <source>%1 of %2 in use</source>
        <translation>%2 중 %1 사용 중</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>What computes: the processor, with the widest instructions that it has, or a GPU</source>
        <translation>계산 장치: 가장 넓은 명령어를 쓰는 프로세서 또는 GPU</translation>
    </message>
    <message>
        <source>The open model and its text take %1 there: %2 of weights, %3 of what is kept of the text</source>
        <translation>열린 모델과 텍스트가 거기서 %1 차지: 가중치 %2, 텍스트에서 보관하는 것 %3</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::DockPanel</name>
    <message>
        <source>Put back</source>
        <translation>제자리로</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>떼어 내기</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>숨기기</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::Document</name>
    <message>
        <source>What the last window showed cannot be read: %1</source>
        <translation>지난번 창의 내용을 읽을 수 없습니다: %1</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::Engine</name>
    <message>
        <source>There is not enough memory to open the model %1: %2.</source>
        <translation>메모리가 부족하여 모델 %1을(를) 열 수 없습니다: %2.</translation>
    </message>
    <message>
        <source>There is not enough memory to open the text %1: %2.</source>
        <translation>메모리가 부족하여 텍스트 %1을(를) 열 수 없습니다: %2.</translation>
    </message>
    <message>
        <source>There is not enough memory to show %1 tokens: %2.</source>
        <translation>메모리가 부족하여 토큰 %1개를 표시할 수 없습니다: %2.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::ExportActions</name>
    <message>
        <source>&amp;Export…</source>
        <translation>내보내기(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Copy picture and numbers</source>
        <translation>그림과 수치 복사(&amp;C)</translation>
    </message>
    <message>
        <source>P&amp;rint…</source>
        <translation>인쇄(&amp;R)…</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>그림 복사</translation>
    </message>
    <message>
        <source>Copy numbers</source>
        <translation>수치 복사</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>The printer does not answer.</source>
        <translation>프린터가 응답하지 않습니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::ExportDialog</name>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>테마(&amp;T)</translation>
    </message>
    <message>
        <source>Caption below the figure</source>
        <translation>그림 아래에 설명</translation>
    </message>
    <message>
        <source>Export a figure</source>
        <translation>그림 내보내기</translation>
    </message>
    <message>
        <source>One column, 3.3 in</source>
        <translation>한 단, 3.3인치</translation>
    </message>
    <message>
        <source>Two columns, 6.9 in</source>
        <translation>두 단, 6.9인치</translation>
    </message>
    <message>
        <source>As on the screen</source>
        <translation>화면 그대로</translation>
    </message>
    <message>
        <source>Other width</source>
        <translation>다른 너비</translation>
    </message>
    <message>
        <source> in</source>
        <translation> 인치</translation>
    </message>
    <message>
        <source> dots per inch</source>
        <translation> dpi</translation>
    </message>
    <message>
        <source>Of PNG; PDF and SVG are drawn in lines</source>
        <translation>PNG에만 해당합니다. PDF와 SVG는 선으로 그립니다</translation>
    </message>
    <message>
        <source>What the figure will look like</source>
        <translation>그림 미리보기</translation>
    </message>
    <message>
        <source>&amp;Figure</source>
        <translation>그림(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Width</source>
        <translation>너비(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Resolution</source>
        <translation>해상도(&amp;R)</translation>
    </message>
    <message>
        <source>Width in inches</source>
        <translation>너비(인치)</translation>
    </message>
    <message>
        <source>&amp;Save as…</source>
        <translation>다른 이름으로 저장(&amp;S)…</translation>
    </message>
    <message>
        <source>PDF, SVG or PNG of the picture, CSV, JSON or NPY of its numbers: the file&apos;s name says which</source>
        <translation>그림은 PDF, SVG, PNG, 수치는 CSV, JSON, NPY: 파일 이름이 형식을 정합니다</translation>
    </message>
    <message>
        <source>%1 × %2 in</source>
        <translation>%1 × %2인치</translation>
    </message>
    <message>
        <source>Save the figure</source>
        <translation>그림 저장</translation>
    </message>
    <message>
        <source>Pictures (*.pdf *.svg *.png);;Numbers (*.csv *.json *.npy)</source>
        <translation>그림 (*.pdf *.svg *.png);;수치 (*.csv *.json *.npy)</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::FactsView</name>
    <message>
        <source>%1 tokens</source>
        <translation>토큰 %1개</translation>
    </message>
    <message>
        <source>, the paper&apos;s slopes</source>
        <translation>, 논문의 기울기</translation>
    </message>
    <message>
        <source>, slopes of its own</source>
        <translation>, 고유 기울기</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>위치 방식</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>윈도우</translation>
    </message>
    <message>
        <source>none: every token sees all before it</source>
        <translation>없음: 모든 토큰이 앞의 모든 토큰을 봅니다</translation>
    </message>
    <message>
        <source>Sinks</source>
        <translation>싱크</translation>
    </message>
    <message>
        <source>the first key</source>
        <translation>첫 키</translation>
    </message>
    <message>
        <source>the first %1 keys</source>
        <translation>처음 키 %1개</translation>
    </message>
    <message>
        <source>Rotary</source>
        <translation>회전(Rotary)</translation>
    </message>
    <message>
        <source>base %1, %2 of %3 dimensions</source>
        <translation>밑 %1, 차원 %3개 중 %2개</translation>
    </message>
    <message>
        <source>; base %1 in %2 of %3 layers</source>
        <translation>; 층 %3개 중 %2개는 밑 %1</translation>
    </message>
    <message>
        <source>; none in %1 of %2 layers</source>
        <translation>; 층 %2개 중 %1개에는 없음</translation>
    </message>
    <message>
        <source>T5 bias</source>
        <translation>T5 바이어스</translation>
    </message>
    <message>
        <source>%1 buckets, to distance %2</source>
        <translation>버킷 %1개, 거리 %2까지</translation>
    </message>
    <message>
        <source>Trained at</source>
        <translation>학습 길이</translation>
    </message>
    <message>
        <source>unknown length</source>
        <translation>알 수 없는 길이</translation>
    </message>
    <message>
        <source>Trained on</source>
        <translation>학습 자료</translation>
    </message>
    <message>
        <source>Longest</source>
        <translation>최대 길이</translation>
    </message>
    <message>
        <source>no end; past its training untested</source>
        <translation>끝이 없음. 학습 길이를 넘으면 검증되지 않음</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>매개변수</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>정밀도</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>%1 of size %2, %3 for keys</source>
        <translation>%1개, 크기 %2, 키는 %3개</translation>
    </message>
    <message>
        <source>%1 of size %2</source>
        <translation>%1개, 크기 %2</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>너비</translation>
    </message>
    <message>
        <source>%1, %2 inside</source>
        <translation>%1, 안쪽 %2</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>어휘</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>계열</translation>
    </message>
    <message>
        <source>In memory</source>
        <translation>메모리</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Facts of the selected variant</source>
        <translation>선택한 변형의 정보</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>참고</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::FileLane</name>
    <message>
        <source>There is not enough memory to read or write a workspace.</source>
        <translation>메모리가 부족하여 작업 공간을 읽거나 쓸 수 없습니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::FitDialog</name>
    <message>
        <source>One set for all layers</source>
        <translation>모든 층에 한 집합</translation>
    </message>
    <message>
        <source>Fit the slopes</source>
        <translation>기울기 맞춤</translation>
    </message>
    <message>
        <source>The weights stay as they are. The slopes on view are moved until the loss on windows of this text falls no further; a quarter of the windows is held out.</source>
        <translation>가중치는 그대로 둡니다. 이 텍스트의 윈도우에서 손실이 더 내려가지 않을 때까지 보이는 기울기를 옮기며, 윈도우의 4분의 1은 검증용으로 남겨 둡니다.</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> 토큰</translation>
    </message>
    <message>
        <source>Length of a window</source>
        <translation>윈도우 길이</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>단계 수</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>맞춤</translation>
    </message>
    <message>
        <source>Windows of that length in the text: %1</source>
        <translation>텍스트에 있는 이 길이의 윈도우: %1</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::HeadGrid</name>
    <message>
        <source>Heads</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>Layers from top to bottom, heads from left to right; the arrow keys choose one.</source>
        <translation>위에서 아래로 층, 왼쪽에서 오른쪽으로 헤드입니다. 화살표 키로 고릅니다.</translation>
    </message>
    <message>
        <source>A draft, from a sample of the queries; the exact picture follows.</source>
        <translation>쿼리 표본으로 그린 초안입니다. 정확한 그림이 곧 나타납니다.</translation>
    </message>
    <message>
        <source>Show this head</source>
        <translation>이 헤드 보기</translation>
    </message>
    <message>
        <source>Take it out of the average	Shift+click</source>
        <translation>평균에서 빼기	Shift+클릭</translation>
    </message>
    <message>
        <source>Add it to the average	Shift+click</source>
        <translation>평균에 더하기	Shift+클릭</translation>
    </message>
    <message>
        <source>Average of layer %1</source>
        <translation>층 %1의 평균</translation>
    </message>
    <message>
        <source>Average of all heads</source>
        <translation>모든 헤드의 평균</translation>
    </message>
    <message>
        <source>Stop comparing with this head	Ctrl+click</source>
        <translation>이 헤드와의 비교 끝내기	Ctrl+클릭</translation>
    </message>
    <message>
        <source>Compare with this head: it becomes B	Ctrl+click</source>
        <translation>이 헤드와 비교: B가 됩니다	Ctrl+클릭</translation>
    </message>
    <message>
        <source>Layer %1 · Head %2</source>
        <translation>층 %1 · 헤드 %2</translation>
    </message>
    <message>
        <source>, slope %1</source>
        <translation>, 기울기 %1</translation>
    </message>
    <message>
        <source>B: compared with the selected head</source>
        <translation>B: 선택한 헤드와 비교 중</translation>
    </message>
    <message>
        <source>one of the %1 heads that are averaged</source>
        <translation>평균을 내는 헤드 %1개 중 하나</translation>
    </message>
    <message>
        <source>largest difference of a pixel, A − B: %1</source>
        <translation>픽셀의 가장 큰 차이, A − B: %1</translation>
    </message>
    <message>
        <source>largest value of a pixel: %1</source>
        <translation>픽셀의 최댓값: %1</translation>
    </message>
    <message>
        <source>Average of all heads of layer %1</source>
        <translation>층 %1의 모든 헤드의 평균</translation>
    </message>
    <message>
        <source>Average of all heads of all layers</source>
        <translation>모든 층의 모든 헤드의 평균</translation>
    </message>
    <message>
        <source>compare with layer %1 · head %2</source>
        <translation>층 %1 · 헤드 %2와 비교</translation>
    </message>
    <message>
        <source>compare with no head</source>
        <translation>비교 안 함</translation>
    </message>
    <message>
        <source>All heads</source>
        <translation>모든 헤드</translation>
    </message>
    <message>
        <source>All heads, %1 of A − B</source>
        <translation>모든 헤드, A − B의 %1</translation>
    </message>
    <message>
        <source>All heads, %1</source>
        <translation>모든 헤드, %1</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::HeadTableModel</name>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>From 0</source>
        <translation>0부터</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>Slope</source>
        <translation>기울기</translation>
    </message>
    <message>
        <source>In force</source>
        <translation>적용 중</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>엔트로피</translation>
    </message>
    <message>
        <source>Of a query&apos;s attention, in bits, mean over the queries</source>
        <translation>쿼리의 어텐션의 엔트로피(비트), 쿼리 평균</translation>
    </message>
    <message>
        <source>Distance</source>
        <translation>거리</translation>
    </message>
    <message>
        <source>Mean distance of the attention, in tokens</source>
        <translation>어텐션의 평균 거리(토큰)</translation>
    </message>
    <message>
        <source>Median</source>
        <translation>중앙값</translation>
    </message>
    <message>
        <source>Half of the attention lies within this distance</source>
        <translation>어텐션의 절반이 이 거리 안에 있습니다</translation>
    </message>
    <message>
        <source>≤ 1</source>
        <translation>≤ 1</translation>
    </message>
    <message>
        <source>Share of the attention at distances up to 1</source>
        <translation>거리 1 이하의 어텐션 비율</translation>
    </message>
    <message>
        <source>≤ 8</source>
        <translation>≤ 8</translation>
    </message>
    <message>
        <source>Share of the attention at distances up to 8</source>
        <translation>거리 8 이하의 어텐션 비율</translation>
    </message>
    <message>
        <source>≤ 64</source>
        <translation>≤ 64</translation>
    </message>
    <message>
        <source>Share of the attention at distances up to 64</source>
        <translation>거리 64 이하의 어텐션 비율</translation>
    </message>
    <message>
        <source>≤ 512</source>
        <translation>≤ 512</translation>
    </message>
    <message>
        <source>Share of the attention at distances up to 512</source>
        <translation>거리 512 이하의 어텐션 비율</translation>
    </message>
    <message>
        <source>Itself</source>
        <translation>자신</translation>
    </message>
    <message>
        <source>Attention of a token to itself</source>
        <translation>토큰이 자신에게 주는 어텐션</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>앞 토큰</translation>
    </message>
    <message>
        <source>Attention to the previous token</source>
        <translation>바로 앞 토큰에 주는 어텐션</translation>
    </message>
    <message>
        <source>First key</source>
        <translation>첫 키</translation>
    </message>
    <message>
        <source>Attention to the first token: a sink</source>
        <translation>첫 토큰에 주는 어텐션: 싱크</translation>
    </message>
    <message>
        <source>Copies</source>
        <translation>같은 토큰</translation>
    </message>
    <message>
        <source>Attention to earlier copies of the token, where there are any</source>
        <translation>앞에 같은 토큰이 있을 때 그것에 주는 어텐션</translation>
    </message>
    <message>
        <source>Induction</source>
        <translation>귀납</translation>
    </message>
    <message>
        <source>Attention to the tokens right behind earlier copies</source>
        <translation>앞에 나온 같은 토큰의 바로 다음 토큰에 주는 어텐션</translation>
    </message>
    <message>
        <source>Copies, probe</source>
        <translation>같은 토큰, 탐침</translation>
    </message>
    <message>
        <source>The same on random tokens that are said twice</source>
        <translation>두 번 되풀이한 무작위 토큰에서 같은 값</translation>
    </message>
    <message>
        <source>Induction, probe</source>
        <translation>귀납, 탐침</translation>
    </message>
    <message>
        <source>Induction on random tokens that are said twice: all that a head can know there is the repetition</source>
        <translation>두 번 되풀이한 무작위 토큰에서의 귀납: 헤드가 알 수 있는 것은 되풀이뿐입니다</translation>
    </message>
    <message>
        <source>Skipped</source>
        <translation>건너뜀</translation>
    </message>
    <message>
        <source>Share of the blocks of keys that need not be computed</source>
        <translation>계산할 필요가 없는 키 블록의 비율</translation>
    </message>
    <message>
        <source>Twice the slope would change the loss by %1 ± %2 nats per token, to first order</source>
        <translation>기울기를 두 배로 하면 손실이 토큰당 %1 ± %2 nat 바뀝니다 (1차 근사)</translation>
    </message>
    <message>
        <source>A slope m would change the loss by m × %1 ± %2 nats per token, to first order</source>
        <translation>기울기 m은 손실을 토큰당 m × %1 ± %2 nat 바꿉니다 (1차 근사)</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>measured on %1 × %2 tokens</source>
        <translation>%1 × 토큰 %2개에서 측정</translation>
    </message>
    <message>
        <source>Gradient</source>
        <translation>그래디언트</translation>
    </message>
    <message>
        <source>Change of the loss when the slope doubles, to first order; without slopes, per unit of slope</source>
        <translation>기울기를 두 배로 할 때 손실의 변화(1차 근사). 기울기가 없으면 기울기 1당</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::HeadTableView</name>
    <message>
        <source>Table of heads</source>
        <translation>헤드 표</translation>
    </message>
    <message>
        <source>Gradients</source>
        <translation>그래디언트</translation>
    </message>
    <message>
        <source>Measure which way the loss pulls the slope of each head; without slopes, what one would do</source>
        <translation>손실이 각 헤드의 기울기를 어느 쪽으로 당기는지 측정합니다. 기울기가 없으면 있을 때의 효과</translation>
    </message>
    <message>
        <source>Copy CSV</source>
        <translation>CSV 복사</translation>
    </message>
    <message>
        <source>Copy all columns, in full precision (Ctrl+C)</source>
        <translation>모든 열을 전체 정밀도로 복사합니다 (Ctrl+C)</translation>
    </message>
    <message>
        <source>What every head does</source>
        <translation>모든 헤드가 하는 일</translation>
    </message>
    <message>
        <source>the first %1 tokens</source>
        <translation>첫 토큰 %1개</translation>
    </message>
    <message>
        <source> · layer %1 of %2</source>
        <translation> · 층 %2개 중 %1개</translation>
    </message>
    <message>
        <source> · gradients of %1 of %2 windows</source>
        <translation> · 윈도우 %2개 중 %1개의 그래디언트</translation>
    </message>
    <message>
        <source>The table of heads is not there yet; it is measured while it is open.</source>
        <translation>헤드 표가 아직 없습니다. 표는 열려 있는 동안 측정됩니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::KeysPage</name>
    <message>
        <source>Keys</source>
        <translation>단축키</translation>
    </message>
    <message>
        <source>↑ ↓</source>
        <translation>↑ ↓</translation>
    </message>
    <message>
        <source>Layer above, layer below</source>
        <translation>위층, 아래층</translation>
    </message>
    <message>
        <source>← →</source>
        <translation>← →</translation>
    </message>
    <message>
        <source>Previous head, next head</source>
        <translation>이전 헤드, 다음 헤드</translation>
    </message>
    <message>
        <source>[  ]</source>
        <translation>[  ]</translation>
    </message>
    <message>
        <source>Half, twice the length on view</source>
        <translation>보이는 길이를 절반, 두 배로</translation>
    </message>
    <message>
        <source>+  −  0</source>
        <translation>+  −  0</translation>
    </message>
    <message>
        <source>Zoom the map in, out, show all of it</source>
        <translation>맵 확대, 축소, 전체 보기</translation>
    </message>
    <message>
        <source>Wheel, drag</source>
        <translation>휠, 끌기</translation>
    </message>
    <message>
        <source>Zoom at the cursor, move the map</source>
        <translation>커서 위치에서 확대, 맵 이동</translation>
    </message>
    <message>
        <source>Click a cell or token</source>
        <translation>셀이나 토큰 누르기</translation>
    </message>
    <message>
        <source>Locks it; click it again or Esc to unlock</source>
        <translation>고정합니다. 다시 누르거나 Esc로 풉니다</translation>
    </message>
    <message>
        <source>Shift+arrows</source>
        <translation>Shift+화살표</translation>
    </message>
    <message>
        <source>Move the locked cell</source>
        <translation>고정한 셀 이동</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Space</translation>
    </message>
    <message>
        <source>Start the sweep, or stop it</source>
        <translation>스윕 시작 또는 중지</translation>
    </message>
    <message>
        <source>Ctrl+Z  Ctrl+Y</source>
        <translation>Ctrl+Z  Ctrl+Y</translation>
    </message>
    <message>
        <source>Undo, redo a change of slopes</source>
        <translation>기울기 변경 실행 취소, 다시 실행</translation>
    </message>
    <message>
        <source>Ctrl+O</source>
        <translation>Ctrl+O</translation>
    </message>
    <message>
        <source>Ctrl+Shift+O</source>
        <translation>Ctrl+Shift+O</translation>
    </message>
    <message>
        <source>Open a text</source>
        <translation>텍스트 열기</translation>
    </message>
    <message>
        <source>Ctrl+F</source>
        <translation>Ctrl+F</translation>
    </message>
    <message>
        <source>Find in the text</source>
        <translation>텍스트에서 찾기</translation>
    </message>
    <message>
        <source>F11</source>
        <translation>F11</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>전체 화면</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>Unlock; stop opening; dismiss a message</source>
        <translation>고정 풀기, 열기 중단, 메시지 닫기</translation>
    </message>
    <message>
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <source>This list</source>
        <translation>이 목록</translation>
    </message>
    <message>
        <source>Open a workspace, a model or a text</source>
        <translation>작업 공간, 모델, 텍스트 열기</translation>
    </message>
    <message>
        <source>Ctrl+1 to Ctrl+9</source>
        <translation>Ctrl+1 – Ctrl+9</translation>
    </message>
    <message>
        <source>Open a recent file</source>
        <translation>최근 파일 열기</translation>
    </message>
    <message>
        <source>Ctrl+S  Ctrl+Shift+S</source>
        <translation>Ctrl+S  Ctrl+Shift+S</translation>
    </message>
    <message>
        <source>Save the workspace, save it as another file</source>
        <translation>작업 공간 저장, 다른 파일로 저장</translation>
    </message>
    <message>
        <source>Ctrl+T</source>
        <translation>Ctrl+T</translation>
    </message>
    <message>
        <source>Type a text of your own</source>
        <translation>직접 텍스트 입력</translation>
    </message>
    <message>
        <source>Ctrl+V</source>
        <translation>Ctrl+V</translation>
    </message>
    <message>
        <source>Paste a text</source>
        <translation>텍스트 붙여넣기</translation>
    </message>
    <message>
        <source>Ctrl+G</source>
        <translation>Ctrl+G</translation>
    </message>
    <message>
        <source>Go to a query or key, by number or word</source>
        <translation>번호나 단어로 쿼리나 키로 이동</translation>
    </message>
    <message>
        <source>Shift+click a token</source>
        <translation>Shift+토큰 클릭</translation>
    </message>
    <message>
        <source>With the locked one: what the later gives the earlier, in every head</source>
        <translation>고정한 토큰과 짝지어, 뒤 토큰이 앞 토큰에 주는 값을 모든 헤드에서 봅니다</translation>
    </message>
    <message>
        <source>Ctrl+E</source>
        <translation>Ctrl+E</translation>
    </message>
    <message>
        <source>Export a figure</source>
        <translation>그림 내보내기</translation>
    </message>
    <message>
        <source>Ctrl+Shift+C</source>
        <translation>Ctrl+Shift+C</translation>
    </message>
    <message>
        <source>Copy picture and numbers of the panel used last</source>
        <translation>마지막으로 쓴 패널의 그림과 수치 복사</translation>
    </message>
    <message>
        <source>Ctrl+P</source>
        <translation>Ctrl+P</translation>
    </message>
    <message>
        <source>Print it</source>
        <translation>인쇄</translation>
    </message>
    <message>
        <source>Drop a workspace, a model&apos;s folder or a text file on the window to open it.</source>
        <translation>작업 공간, 모델 폴더, 텍스트 파일을 창에 끌어다 놓으면 열립니다.</translation>
    </message>
    <message>
        <source>F5</source>
        <translation>F5</translation>
    </message>
    <message>
        <source>Presentation: large letters, few panels; Esc ends it</source>
        <translation>발표 모드: 큰 글자, 적은 패널. Esc로 끝냅니다</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::Lab</name>
    <message>
        <source>Its opening was cancelled.</source>
        <translation>열기를 취소했습니다.</translation>
    </message>
    <message>
        <source>the paper&apos;s four methods</source>
        <translation>논문의 네 방법</translation>
    </message>
    <message>
        <source>add %1</source>
        <translation>%1 추가</translation>
    </message>
    <message>
        <source>typed text</source>
        <translation>입력한 텍스트</translation>
    </message>
    <message>
        <source>typing</source>
        <translation>입력</translation>
    </message>
    <message>
        <source>another place of a model</source>
        <translation>모델의 다른 위치</translation>
    </message>
    <message>
        <source>fit slopes at %1 tokens</source>
        <translation>토큰 %1개에서 기울기 맞춤</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::LengthSlider</name>
    <message>
        <source>Length on view</source>
        <translation>보이는 길이</translation>
    </message>
    <message>
        <source>Tokens of the text on view, from its start ( [ and ] )</source>
        <translation>텍스트 처음부터 보이는 토큰 수 ( [ 와 ] )</translation>
    </message>
    <message>
        <source>Tokens of the text on view: type any number of them</source>
        <translation>화면에 보이는 텍스트의 토큰 수: 원하는 수를 입력하세요</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::LossStrip</name>
    <message>
        <source>Loss of each query token</source>
        <translation>쿼리 토큰마다의 손실</translation>
    </message>
    <message>
        <source>token %1</source>
        <translation>토큰 %1</translation>
    </message>
    <message>
        <source>tokens %1 to %2, mean</source>
        <translation>토큰 %1–%2, 평균</translation>
    </message>
    <message>
        <source>no loss yet</source>
        <translation>아직 손실 없음</translation>
    </message>
    <message>
        <source>loss of A minus B: %1 nats</source>
        <translation>A에서 B를 뺀 손실: %1 nat</translation>
    </message>
    <message>
        <source>loss %1 nats</source>
        <translation>손실 %1 nat</translation>
    </message>
    <message>
        <source>the line: trained at %1</source>
        <translation>선: 학습 길이 %1</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::MainWindow</name>
    <message>
        <source>There is no bundled model; open a model&apos;s folder with Ctrl+O.</source>
        <translation>함께 제공된 모델이 없습니다. Ctrl+O로 모델 폴더를 여세요.</translation>
    </message>
    <message>
        <source>%1 · %2 – Slopescope</source>
        <translation>%1 · %2 – Slopescope</translation>
    </message>
    <message>
        <source>Slopescope</source>
        <translation>Slopescope</translation>
    </message>
    <message>
        <source>Open a model&apos;s folder</source>
        <translation>모델 폴더 열기</translation>
    </message>
    <message>
        <source>Open a model&apos;s file</source>
        <translation>모델 파일 열기</translation>
    </message>
    <message>
        <source>Models in one file (*.gguf)</source>
        <translation>한 파일로 된 모델 (*.gguf)</translation>
    </message>
    <message>
        <source>Open a text</source>
        <translation>텍스트 열기</translation>
    </message>
    <message>
        <source>Text files (*.txt *.md);;All files (*)</source>
        <translation>텍스트 파일 (*.txt *.md);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>도구</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>모델 열기…</translation>
    </message>
    <message>
        <source>Open text…</source>
        <translation>텍스트 열기…</translation>
    </message>
    <message>
        <source>Sweep</source>
        <translation>스윕</translation>
    </message>
    <message>
        <source>Longest length</source>
        <translation>최대 길이</translation>
    </message>
    <message>
        <source>Longest length of the sweep</source>
        <translation>스윕의 최대 길이</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>파일(&amp;F)</translation>
    </message>
    <message>
        <source>Open &amp;model…</source>
        <translation>모델 열기(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Bundled model</source>
        <translation>제공 모델(&amp;B)</translation>
    </message>
    <message>
        <source>Open &amp;text…</source>
        <translation>텍스트 열기(&amp;T)…</translation>
    </message>
    <message>
        <source>B&amp;undled text</source>
        <translation>제공 텍스트(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>끝내기(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>편집(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>실행 취소(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>다시 실행(&amp;R)</translation>
    </message>
    <message>
        <source>Slopes as &amp;trained</source>
        <translation>학습된 기울기로(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Find in the text</source>
        <translation>텍스트에서 찾기(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Sweep</source>
        <translation>스윕(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>단축키(&amp;K)</translation>
    </message>
    <message>
        <source>Layer above</source>
        <translation>위층</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Up</translation>
    </message>
    <message>
        <source>Layer below</source>
        <translation>아래층</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Down</translation>
    </message>
    <message>
        <source>Previous head</source>
        <translation>이전 헤드</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Left</translation>
    </message>
    <message>
        <source>Next head</source>
        <translation>다음 헤드</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Right</translation>
    </message>
    <message>
        <source>Half the length</source>
        <translation>길이 절반</translation>
    </message>
    <message>
        <source>Twice the length</source>
        <translation>길이 두 배</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>확대</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>축소</translation>
    </message>
    <message>
        <source>Whole map</source>
        <translation>맵 전체</translation>
    </message>
    <message>
        <source>&amp;Panels</source>
        <translation>패널(&amp;P)</translation>
    </message>
    <message>
        <source>As at first</source>
        <translation>처음 배치로</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>테마(&amp;T)</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>시스템 설정</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>전체 화면(&amp;F)</translation>
    </message>
    <message>
        <source>Stop	Space</source>
        <translation>중지	Space</translation>
    </message>
    <message>
        <source>Sweep to %1</source>
        <translation>%1까지 스윕</translation>
    </message>
    <message>
        <source>Measure the visible variants on the same windows; goes on where it was stopped (Space)</source>
        <translation>보이는 변형들을 같은 윈도우에서 측정합니다. 멈춘 곳부터 이어 갑니다 (Space)</translation>
    </message>
    <message>
        <source>There is no text on the clipboard.</source>
        <translation>클립보드에 텍스트가 없습니다.</translation>
    </message>
    <message>
        <source>pasted text</source>
        <translation>붙여넣은 텍스트</translation>
    </message>
    <message>
        <source>The &amp;paper&apos;s four methods</source>
        <translation>논문의 네 방법(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Paste as the text</source>
        <translation>텍스트로 붙여넣기(&amp;P)</translation>
    </message>
    <message>
        <source>%1[*] – Slopescope</source>
        <translation>%1[*] – Slopescope</translation>
    </message>
    <message>
        <source>What is on the screen is not kept for the next start: %1</source>
        <translation>화면의 내용을 다음 시작을 위해 보관하지 못합니다: %1</translation>
    </message>
    <message>
        <source>Look for it…</source>
        <translation>찾아보기…</translation>
    </message>
    <message>
        <source>%1 is not there any more.</source>
        <translation>%1은(는) 이제 없습니다.</translation>
    </message>
    <message>
        <source>All that can be opened (*.slopescope *.gguf config.json *.safetensors *.bin *.txt *.md)</source>
        <translation>열 수 있는 모든 파일 (*.slopescope *.gguf config.json *.safetensors *.bin *.txt *.md)</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
    <message>
        <source>Open token ids</source>
        <translation>토큰 id 열기</translation>
    </message>
    <message>
        <source>Lists of token ids (*.json)</source>
        <translation>토큰 id 목록 (*.json)</translation>
    </message>
    <message>
        <source>Save the workspace</source>
        <translation>작업 공간 저장</translation>
    </message>
    <message>
        <source>Workspaces (*.slopescope)</source>
        <translation>작업 공간 (*.slopescope)</translation>
    </message>
    <message>
        <source>workspace</source>
        <translation>작업 공간</translation>
    </message>
    <message>
        <source>Where is %1?</source>
        <translation>%1은(는) 어디에 있습니까?</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>열기(&amp;O)…</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>최근 파일(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Examples</source>
        <translation>예제(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>저장(&amp;S)</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>다른 이름으로 저장(&amp;A)…</translation>
    </message>
    <message>
        <source>Open token &amp;ids…</source>
        <translation>토큰 id 열기(&amp;I)…</translation>
    </message>
    <message>
        <source>The &amp;paper&apos;s Figure 1: four methods to 4,096</source>
        <translation>논문의 그림 1: 네 방법을 4,096까지(&amp;P)</translation>
    </message>
    <message>
        <source>A &amp;long text</source>
        <translation>긴 텍스트(&amp;L)</translation>
    </message>
    <message>
        <source>A &amp;sentence</source>
        <translation>한 문장(&amp;S)</translation>
    </message>
    <message>
        <source>T&amp;ype a text</source>
        <translation>텍스트 입력(&amp;Y)</translation>
    </message>
    <message>
        <source>&amp;Continue the text</source>
        <translation>텍스트 이어 쓰기(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Go to a query or key</source>
        <translation>쿼리나 키로 이동(&amp;G)</translation>
    </message>
    <message>
        <source>Text…</source>
        <translation>텍스트…</translation>
    </message>
    <message>
        <source>Model…</source>
        <translation>모델…</translation>
    </message>
    <message>
        <source>Text &amp;size</source>
        <translation>글자 크기(&amp;S)</translation>
    </message>
    <message>
        <source>P&amp;resentation</source>
        <translation>발표 모드(&amp;R)</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1%</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::MapFigure</name>
    <message>
        <source>The map is not there yet.</source>
        <translation>맵이 아직 없습니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::MapPanel</name>
    <message>
        <source>Score</source>
        <translation>점수</translation>
    </message>
    <message>
        <source>Bias</source>
        <translation>바이어스</translation>
    </message>
    <message>
        <source>Sum</source>
        <translation>합</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>확률</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>평균</translation>
    </message>
    <message>
        <source>max</source>
        <translation>최대</translation>
    </message>
    <message>
        <source>q·k, scaled</source>
        <translation>q·k에 배율을 곱한 값</translation>
    </message>
    <message>
        <source>What the position adds: minus slope times distance</source>
        <translation>위치가 더하는 값: −기울기 × 거리</translation>
    </message>
    <message>
        <source>Score plus bias, as the softmax sees it</source>
        <translation>점수와 바이어스의 합, 소프트맥스의 입력</translation>
    </message>
    <message>
        <source>After the softmax: each row sums to 1</source>
        <translation>소프트맥스 이후: 각 행의 합은 1</translation>
    </message>
    <message>
        <source>A pixel shows the mean of its cells</source>
        <translation>픽셀은 셀들의 평균을 보입니다</translation>
    </message>
    <message>
        <source>A pixel shows the largest of its cells</source>
        <translation>픽셀은 셀들의 최댓값을 보입니다</translation>
    </message>
    <message>
        <source>slope %1</source>
        <translation>기울기 %1</translation>
    </message>
    <message>
        <source>mean distance %1</source>
        <translation>평균 거리 %1</translation>
    </message>
    <message>
        <source>entropy %1 bits</source>
        <translation>엔트로피 %1비트</translation>
    </message>
    <message>
        <source>updating</source>
        <translation>갱신 중</translation>
    </message>
    <message>
        <source>preview: q and k from before the edit</source>
        <translation>미리보기: q와 k는 편집 이전 값</translation>
    </message>
    <message>
        <source>draft</source>
        <translation>초안</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>정확</translation>
    </message>
    <message>
        <source>preview</source>
        <translation>미리보기</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>A | B</source>
        <translation>A | B</translation>
    </message>
    <message>
        <source>A − B</source>
        <translation>A − B</translation>
    </message>
    <message>
        <source>There is nothing to compare with yet.</source>
        <translation>아직 비교할 대상이 없습니다.</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Pooling</source>
        <translation>모으기</translation>
    </message>
    <message>
        <source>What is shown of A and B</source>
        <translation>A와 B 중 보일 것</translation>
    </message>
    <message>
        <source>Attention map of B</source>
        <translation>B의 어텐션 맵</translation>
    </message>
    <message>
        <source>The map of A, the variant on view</source>
        <translation>보고 있는 변형 A의 맵</translation>
    </message>
    <message>
        <source>The map of B</source>
        <translation>B의 맵</translation>
    </message>
    <message>
        <source>A and B side by side, in one scale</source>
        <translation>A와 B를 나란히, 같은 눈금으로</translation>
    </message>
    <message>
        <source>A minus B: blue where A is higher, red where B is</source>
        <translation>A 빼기 B: A가 높으면 파랑, B가 높으면 빨강</translation>
    </message>
    <message>
        <source>A − B: blue where A is higher, red where B is</source>
        <translation>A − B: A가 높으면 파랑, B가 높으면 빨강</translation>
    </message>
    <message>
        <source>A alone until B is there</source>
        <translation>B가 나올 때까지 A만</translation>
    </message>
    <message>
        <source>A on the left, B on the right, one scale</source>
        <translation>왼쪽 A, 오른쪽 B, 같은 눈금</translation>
    </message>
    <message>
        <source>B follows</source>
        <translation>B는 곧 나옵니다</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>어텐션</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>재생</translation>
    </message>
    <message>
        <source>What attention computes, stage by stage: q·k / √d, + bias, mask, softmax</source>
        <translation>어텐션이 계산하는 것을 단계별로: q·k / √d, + 바이어스, 마스크, 소프트맥스</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>한 단계</translation>
    </message>
    <message>
        <source>The next of the four stages</source>
        <translation>네 단계 중 다음 단계</translation>
    </message>
    <message>
        <source>Row</source>
        <translation>행</translation>
    </message>
    <message>
        <source>The keys of the query that is pointed at, as bars with their arithmetic</source>
        <translation>가리킨 쿼리의 키를 막대와 계산식으로</translation>
    </message>
    <message>
        <source>1 of 4 · q·k / √d: how well each key answers the query</source>
        <translation>4단계 중 1 · q·k / √d: 각 키가 쿼리에 얼마나 맞는가</translation>
    </message>
    <message>
        <source>2 of 4 · + bias: what the distance adds or takes</source>
        <translation>4단계 중 2 · + 바이어스: 거리가 더하거나 빼는 값</translation>
    </message>
    <message>
        <source>3 of 4 · mask: keys after the query are hidden</source>
        <translation>4단계 중 3 · 마스크: 쿼리 뒤의 키를 가립니다</translation>
    </message>
    <message>
        <source>4 of 4 · softmax: each row becomes shares that sum to 1</source>
        <translation>4단계 중 4 · 소프트맥스: 각 행이 합 1의 비율이 됩니다</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>A %1</source>
        <translation>A %1</translation>
    </message>
    <message>
        <source>B %1</source>
        <translation>B %1</translation>
    </message>
    <message>
        <source>%1 of A − B</source>
        <translation>A − B의 %1</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::MapView</name>
    <message>
        <source>Open a model and a text to see what each token attends to.</source>
        <translation>모델과 텍스트를 열면 각 토큰이 무엇에 주목하는지 보입니다.</translation>
    </message>
    <message>
        <source>Attention map</source>
        <translation>어텐션 맵</translation>
    </message>
    <message>
        <source>Queries from top to bottom, keys from left to right. Plus and minus zoom, 0 shows all, Shift with the arrow keys moves the locked cell, Escape unlocks it.</source>
        <translation>위에서 아래로 쿼리, 왼쪽에서 오른쪽으로 키입니다. +와 −로 확대·축소, 0으로 전체 보기, Shift+화살표로 고정한 셀을 옮기고 Esc로 풉니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::MeasureMenu</name>
    <message>
        <source>Measure</source>
        <translation>측정</translation>
    </message>
    <message>
        <source>How the curves are measured: protocol, windows, lengths</source>
        <translation>곡선을 재는 법: 프로토콜, 윈도우, 길이</translation>
    </message>
    <message>
        <source>How the curves are measured</source>
        <translation>곡선을 재는 법</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>프로토콜</translation>
    </message>
    <message>
        <source>One pass</source>
        <translation>단일 패스</translation>
    </message>
    <message>
        <source>One run over windows of the longest length; every shorter length is the beginning of a window. The fastest, and the only one that gives the curve by context.</source>
        <translation>가장 긴 길이의 윈도우를 한 번만 실행합니다. 짧은 길이는 모두 윈도우의 앞부분입니다. 가장 빠르며, 문맥별 곡선은 이 방식에서만 나옵니다.</translation>
    </message>
    <message>
        <source>Non-overlapping windows</source>
        <translation>겹치지 않는 윈도우</translation>
    </message>
    <message>
        <source>Windows of each length side by side, every token scored once: the paper&apos;s Figure 1.</source>
        <translation>각 길이의 윈도우를 이어 붙여 모든 토큰을 한 번씩 채점합니다: 논문의 그림 1.</translation>
    </message>
    <message>
        <source>Sliding window</source>
        <translation>이동하는 윈도우</translation>
    </message>
    <message>
        <source>Windows of each length moved by the stride; only the new tokens are scored, so each has much context: the paper&apos;s Appendix B. Slow.</source>
        <translation>각 길이의 윈도우를 보폭만큼 옮기며 새 토큰만 채점하므로 문맥이 깁니다: 논문의 부록 B. 느립니다.</translation>
    </message>
    <message>
        <source>Hugging Face</source>
        <translation>Hugging Face</translation>
    </message>
    <message>
        <source>The sliding loop of transformers&apos; documentation, with its weights that are off by one, to compare with numbers made by it.</source>
        <translation>transformers 문서의 이동 루프를 그대로, 하나씩 어긋난 가중치까지 따릅니다. 그렇게 잰 수치와 비교할 때 씁니다.</translation>
    </message>
    <message>
        <source>llama.cpp</source>
        <translation>llama.cpp</translation>
    </message>
    <message>
        <source>As llama-perplexity does: windows side by side, the second half of each is scored.</source>
        <translation>llama-perplexity처럼: 윈도우를 이어 붙이고 각각의 뒤쪽 절반만 채점합니다.</translation>
    </message>
    <message>
        <source>Windows of the first pass</source>
        <translation>첫 패스의 윈도우 수</translation>
    </message>
    <message>
        <source>The curves first stand after so many windows; then short lengths are filled up until each error is below 1 %. Only one pass has a choice: other protocols read the whole text.</source>
        <translation>이만큼의 윈도우가 지나면 곡선이 완성되고, 그 뒤 오차가 1 % 아래가 될 때까지 짧은 길이를 채웁니다. 단일 패스에서만 고를 수 있습니다. 다른 프로토콜은 텍스트 전체를 읽습니다.</translation>
    </message>
    <message>
        <source>What is measured where nobody chooses, here and on the command line</source>
        <translation>아무것도 고르지 않았을 때 여기와 명령줄에서 재는 길이</translation>
    </message>
    <message>
        <source>As many as the text has, at most %1</source>
        <translation>텍스트에 있는 만큼, 최대 %1</translation>
    </message>
    <message>
        <source>All</source>
        <translation>전부</translation>
    </message>
    <message>
        <source>Every window that the text has: the surest, and the slowest</source>
        <translation>텍스트의 모든 윈도우: 가장 정확하고 가장 느립니다</translation>
    </message>
    <message>
        <source>Stride</source>
        <translation>보폭</translation>
    </message>
    <message>
        <source>Tokens that are scored in each window: smaller gives every token more context and takes longer. Only the sliding window and Hugging Face have one.</source>
        <translation>윈도우마다 채점하는 토큰 수: 작을수록 토큰의 문맥이 길어지고 오래 걸립니다. 이동하는 윈도우와 Hugging Face에만 있습니다.</translation>
    </message>
    <message>
        <source>Usual (%1)</source>
        <translation>기본 (%1)</translation>
    </message>
    <message>
        <source>Half of the shortest length</source>
        <translation>가장 짧은 길이의 절반</translation>
    </message>
    <message>
        <source>%1 tokens are scored in each window</source>
        <translation>윈도우마다 토큰 %1개를 채점합니다</translation>
    </message>
    <message>
        <source>Longest length</source>
        <translation>최대 길이</translation>
    </message>
    <message>
        <source>The curves reach from %1 tokens to this length</source>
        <translation>곡선은 토큰 %1개부터 이 길이까지입니다</translation>
    </message>
    <message>
        <source>Measures lengths up to %1 tokens</source>
        <translation>토큰 %1개까지의 길이를 잽니다</translation>
    </message>
    <message>
        <source>The text has only %1 tokens</source>
        <translation>텍스트에 토큰이 %1개뿐입니다</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::NoticeStrip</name>
    <message>
        <source>Dismiss (Esc)</source>
        <translation>닫기 (Esc)</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::Painting</name>
    <message>
        <source>key (source)</source>
        <translation>키 (출처)</translation>
    </message>
    <message>
        <source>query (destination)</source>
        <translation>쿼리 (도착)</translation>
    </message>
    <message>
        <source>key</source>
        <translation>키</translation>
    </message>
    <message>
        <source>query</source>
        <translation>쿼리</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::PairStrip</name>
    <message>
        <source>Attention of a pair of tokens in every head</source>
        <translation>모든 헤드에서 본 토큰 한 쌍의 어텐션</translation>
    </message>
    <message>
        <source>Masked in every head</source>
        <translation>모든 헤드에서 가려짐</translation>
    </message>
    <message>
        <source>Most in layer %1, head %2: %3</source>
        <translation>층 %1, 헤드 %2에서 최대: %3</translation>
    </message>
    <message>
        <source>L%1</source>
        <translation>L%1</translation>
    </message>
    <message>
        <source>H%1</source>
        <translation>H%1</translation>
    </message>
    <message>
        <source>Layer %1, head %2</source>
        <translation>층 %1, 헤드 %2</translation>
    </message>
    <message>
        <source>%1: masked</source>
        <translation>%1: 가려짐</translation>
    </message>
    <message>
        <source>%1: probability %2</source>
        <translation>%1: 확률 %2</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::PositionMenu</name>
    <message>
        <source>Other…</source>
        <translation>기타…</translation>
    </message>
    <message>
        <source>Any combination, written as the command line takes it: rotary-ntk:4+alibi+window:512+sinks:4</source>
        <translation>명령줄에서처럼 쓰는 임의의 조합: rotary-ntk:4+alibi+window:512+sinks:4</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>방법</translation>
    </message>
    <message>
        <source>as trained</source>
        <translation>학습된 그대로</translation>
    </message>
    <message>
        <source>ALiBi</source>
        <translation>ALiBi</translation>
    </message>
    <message>
        <source>A penalty by distance, the paper&apos;s slopes first, in place of all that the model has</source>
        <translation>모델의 모든 위치 방식 대신 거리에 따른 벌점 (처음에는 논문의 기울기)</translation>
    </message>
    <message>
        <source>ALiBi beside its own</source>
        <translation>자신의 방식에 ALiBi 더하기</translation>
    </message>
    <message>
        <source>A penalty by distance, the paper&apos;s slopes first, and all that the model has</source>
        <translation>거리에 따른 벌점(처음에는 논문의 기울기)을 모델의 위치 방식에 더합니다</translation>
    </message>
    <message>
        <source>no positions</source>
        <translation>위치 없음</translation>
    </message>
    <message>
        <source>Nothing in place of all that the model has</source>
        <translation>모델의 모든 위치 방식을 없앱니다</translation>
    </message>
    <message>
        <source>Rotary, scaled</source>
        <translation>회전(Rotary) 배율</translation>
    </message>
    <message>
        <source>linear × %1</source>
        <translation>선형 × %1</translation>
    </message>
    <message>
        <source>Positions divided by the factor</source>
        <translation>위치를 배율로 나눕니다</translation>
    </message>
    <message>
        <source>NTK × %1</source>
        <translation>NTK × %1</translation>
    </message>
    <message>
        <source>A larger base: slow rotations are slowed, fast ones kept</source>
        <translation>밑을 키웁니다: 느린 회전은 더 느리게, 빠른 회전은 그대로</translation>
    </message>
    <message>
        <source>YaRN × %1</source>
        <translation>YaRN × %1</translation>
    </message>
    <message>
        <source>Slow rotations divided, fast ones kept, a ramp between, attention sharpened</source>
        <translation>느린 회전은 나누고 빠른 회전은 그대로, 그 사이는 비례, 어텐션은 더 뾰족하게</translation>
    </message>
    <message>
        <source>What it is run with now</source>
        <translation>지금 실행하는 방식</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>윈도우</translation>
    </message>
    <message>
        <source>its own: %1</source>
        <translation>고유값: %1</translation>
    </message>
    <message>
        <source>no window</source>
        <translation>윈도우 없음</translation>
    </message>
    <message>
        <source>window %1</source>
        <translation>윈도우 %1</translation>
    </message>
    <message>
        <source>No token sees further back than this</source>
        <translation>어떤 토큰도 이보다 멀리 보지 않습니다</translation>
    </message>
    <message>
        <source>Sinks</source>
        <translation>싱크</translation>
    </message>
    <message>
        <source>no sinks</source>
        <translation>싱크 없음</translation>
    </message>
    <message>
        <source>the first key</source>
        <translation>첫 키</translation>
    </message>
    <message>
        <source>the first %1 keys</source>
        <translation>처음 키 %1개</translation>
    </message>
    <message>
        <source>Keys that every token sees in spite of the window</source>
        <translation>윈도우와 관계없이 모든 토큰이 보는 키</translation>
    </message>
    <message>
        <source>Keys seen in spite of a window: choose a window first</source>
        <translation>윈도우와 관계없이 보는 키: 먼저 윈도우를 고르세요</translation>
    </message>
    <message>
        <source>Another bias</source>
        <translation>다른 바이어스</translation>
    </message>
    <message>
        <source>KERPLE log 1, 1</source>
        <translation>KERPLE 로그 1, 1</translation>
    </message>
    <message>
        <source>-r1 log(1 + r2 distance): falls fast at first, then ever more slowly (Chi et al. 2022)</source>
        <translation>-r1 log(1 + r2 거리): 처음에는 빠르게, 이후 점점 느리게 떨어집니다 (Chi et al. 2022)</translation>
    </message>
    <message>
        <source>KERPLE log 2, 0.1</source>
        <translation>KERPLE 로그 2, 0.1</translation>
    </message>
    <message>
        <source>KERPLE power 0.1, 1</source>
        <translation>KERPLE 거듭제곱 0.1, 1</translation>
    </message>
    <message>
        <source>-r1 distance^r2: with r2 = 1 every head has ALiBi&apos;s line of slope r1 (Chi et al. 2022)</source>
        <translation>-r1 거리^r2: r2 = 1이면 모든 헤드가 기울기 r1인 ALiBi의 직선을 가집니다 (Chi et al. 2022)</translation>
    </message>
    <message>
        <source>KERPLE power 0.5, 0.5</source>
        <translation>KERPLE 거듭제곱 0.5, 0.5</translation>
    </message>
    <message>
        <source>-r1 distance^r2 (Chi et al. 2022)</source>
        <translation>-r1 거리^r2 (Chi et al. 2022)</translation>
    </message>
    <message>
        <source>Sandwich</source>
        <translation>Sandwich</translation>
    </message>
    <message>
        <source>What two sinusoidal embeddings have in common, by head (Chi et al. 2023)</source>
        <translation>두 사인파 임베딩의 공통 부분, 헤드별 (Chi et al. 2023)</translation>
    </message>
    <message>
        <source>ALiBi clipped at %1</source>
        <translation>%1에서 잘린 ALiBi</translation>
    </message>
    <message>
        <source>The line ends there: what lies further back is penalised no more than that</source>
        <translation>직선이 거기서 끝납니다. 더 먼 토큰도 그 이상 벌점을 받지 않습니다</translation>
    </message>
    <message>
        <source>T5 buckets of the bundled model</source>
        <translation>내장 모델의 T5 버킷</translation>
    </message>
    <message>
        <source>The learned bias of the bundled model t5-bias, in place of all that the model has</source>
        <translation>모델이 가진 모든 위치 방법 대신 내장 모델 t5-bias의 학습된 바이어스를 씁니다</translation>
    </message>
    <message>
        <source>Scores</source>
        <translation>점수</translation>
    </message>
    <message>
        <source>as they are</source>
        <translation>그대로</translation>
    </message>
    <message>
        <source>q·k / √d</source>
        <translation>q·k / √d</translation>
    </message>
    <message>
        <source>scores × %1</source>
        <translation>점수 × %1</translation>
    </message>
    <message>
        <source>Above 1 attention is sharper, below 1 more even; the bias stays as it is</source>
        <translation>1보다 크면 어텐션이 더 날카롭고 1보다 작으면 더 고릅니다. 바이어스는 그대로입니다</translation>
    </message>
    <message>
        <source>SSMax %1</source>
        <translation>SSMax %1</translation>
    </message>
    <message>
        <source>Scores × %1 log(keys seen): attention stays as sharp however long the text is (Nakanishi 2025)</source>
        <translation>점수 × %1 log(보이는 키의 수): 텍스트가 길어도 어텐션의 날카로움이 유지됩니다 (Nakanishi 2025)</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::PositionPicker</name>
    <message>
        <source>Positions</source>
        <translation>위치 방식</translation>
    </message>
    <message>
        <source>The model was trained with other positions than these; it has not learned to use them.</source>
        <translation>모델은 다른 위치 방식으로 학습되었으며, 이 방식을 쓰는 법은 배우지 않았습니다.</translation>
    </message>
    <message>
        <source>as trained</source>
        <translation>학습된 그대로</translation>
    </message>
    <message>
        <source>What the model is run with in place of its own positions</source>
        <translation>모델 자신의 위치 방식 대신 사용하는 것</translation>
    </message>
    <message>
        <source>window %1</source>
        <translation>윈도우 %1</translation>
    </message>
    <message>
        <source>positions: %1</source>
        <translation>위치 방식: %1</translation>
    </message>
    <message>
        <source>1 sink</source>
        <translation>싱크 1개</translation>
    </message>
    <message>
        <source>%1 sinks</source>
        <translation>싱크 %1개</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::PositionSpecDialog</name>
    <message>
        <source>Positions</source>
        <translation>위치 방식</translation>
    </message>
    <message>
        <source>Parts joined by +: own, alibi, alibi:SLOPES, none, rotary, rotary-linear:F, rotary-ntk:F, rotary-yarn:F, window:W, sinks:K, alibi-clip:D, kerple-log:R1,R2, kerple-power:R1,R2, sandwich, t5:MODEL, table:FILE.json, temperature:T, ssmax:S. What stands for the method replaces the others, unless &quot;own&quot; is said too.</source>
        <translation>+로 이은 부분들: own, alibi, alibi:SLOPES, none, rotary, rotary-linear:F, rotary-ntk:F, rotary-yarn:F, window:W, sinks:K, alibi-clip:D, kerple-log:R1,R2, kerple-power:R1,R2, sandwich, t5:MODEL, table:FILE.json, temperature:T, ssmax:S. &quot;own&quot;도 적지 않으면, 방법을 나타내는 부분이 나머지를 대신합니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::Presentation</name>
    <message>
        <source>Panels on the wall</source>
        <translation>발표 화면의 패널</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>맵</translation>
    </message>
    <message>
        <source>End (Esc)</source>
        <translation>끝내기(Esc)</translation>
    </message>
    <message>
        <source>Back to the window as it was</source>
        <translation>원래 창으로 돌아갑니다</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::ProfileFigure</name>
    <message>
        <source>A %1</source>
        <translation>A %1</translation>
    </message>
    <message>
        <source>B %1</source>
        <translation>B %1</translation>
    </message>
    <message>
        <source>The profile of the selected head is not there yet.</source>
        <translation>선택한 헤드의 거리 분포가 아직 없습니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::ProfileView</name>
    <message>
        <source>%1&#xa0;%</source>
        <translation>%1&#xa0;%</translation>
    </message>
    <message>
        <source>The profile of the selected head appears with its map.</source>
        <translation>선택한 헤드의 거리 분포는 맵과 함께 나타납니다.</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1–%2</translation>
    </message>
    <message>
        <source>mean&#xa0;%1</source>
        <translation>평균&#xa0;%1</translation>
    </message>
    <message>
        <source>median&#xa0;%1</source>
        <translation>중앙값&#xa0;%1</translation>
    </message>
    <message>
        <source>first&#xa0;key&#xa0;%1</source>
        <translation>첫&#xa0;키&#xa0;%1</translation>
    </message>
    <message>
        <source>entropy&#xa0;%1਋its</source>
        <translation>엔트로피&#xa0;%1비트</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>%1, %2: </source>
        <translation>%1, %2: </translation>
    </message>
    <message>
        <source>distance %1</source>
        <translation>거리 %1</translation>
    </message>
    <message>
        <source>%1 of the attention</source>
        <translation>어텐션의 %1</translation>
    </message>
    <message>
        <source>%1 by the bias alone</source>
        <translation>바이어스만으로는 %1</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::RowBars</name>
    <message>
        <source>Keys of the row</source>
        <translation>행의 키</translation>
    </message>
    <message>
        <source>masked</source>
        <translation>가려짐</translation>
    </message>
    <message>
        <source>score %1, to be masked</source>
        <translation>점수 %1, 가려질 예정</translation>
    </message>
    <message>
        <source>score %1 bias %2</source>
        <translation>점수 %1 바이어스 %2</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::RowPanel</name>
    <message>
        <source>Row</source>
        <translation>행</translation>
    </message>
    <message>
        <source>Arithmetic of the cell</source>
        <translation>셀의 계산식</translation>
    </message>
    <message>
        <source>Point at a cell of the map, or click a token beside it, to see the row of that query.</source>
        <translation>맵의 셀을 가리키거나 옆의 토큰을 누르면 그 쿼리의 행이 보입니다.</translation>
    </message>
    <message>
        <source>Row of “%1”, query %2</source>
        <translation>“%1”의 행, 쿼리 %2</translation>
    </message>
    <message>
        <source>key %1 “%2”</source>
        <translation>키 %1 “%2”</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::SlopeCanvas</name>
    <message>
        <source>Slopes of the heads</source>
        <translation>헤드별 기울기</translation>
    </message>
    <message>
        <source>Click to type a slope: 1/64, 0.015625 or 2^-6</source>
        <translation>눌러서 기울기를 입력하세요: 1/64, 0.015625 또는 2^-6</translation>
    </message>
    <message>
        <source>H%1 · slope %2</source>
        <translation>H%1 · 기울기 %2</translation>
    </message>
    <message>
        <source> · %1 as trained</source>
        <translation> · 학습값 %1</translation>
    </message>
    <message>
        <source>Half of the weight is left after %1 tokens, before content.</source>
        <translation>내용을 반영하기 전, 토큰 %1개 뒤에 가중치의 절반이 남습니다.</translation>
    </message>
    <message>
        <source>Distance costs nothing: the head sees all positions alike.</source>
        <translation>거리에 대가가 없습니다: 헤드는 모든 위치를 똑같이 봅니다.</translation>
    </message>
    <message>
        <source>Drag, or arrow keys; Shift is fine. Enter types a value.</source>
        <translation>끌거나 화살표 키를 쓰세요. Shift는 미세 조정, Enter는 값 입력입니다.</translation>
    </message>
    <message>
        <source>Slope of head %1</source>
        <translation>헤드 %1의 기울기</translation>
    </message>
    <message>
        <source>H%1</source>
        <translation>H%1</translation>
    </message>
    <message>
        <source>Twice the slope: loss %1 ± %2 nats per token, to first order (%3 × %4 tokens)</source>
        <translation>기울기 두 배: 손실 토큰당 %1 ± %2 nat (1차 근사, %3 × 토큰 %4개)</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::SlopeEditor</name>
    <message>
        <source>type slope of H%1</source>
        <translation>H%1 기울기 입력</translation>
    </message>
    <message>
        <source>Slopes</source>
        <translation>기울기</translation>
    </message>
    <message>
        <source>All layers</source>
        <translation>모든 층</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>층 %1</translation>
    </message>
    <message>
        <source>A change to a head is made in every layer</source>
        <translation>헤드의 변경을 모든 층에 적용합니다</translation>
    </message>
    <message>
        <source>A change to a head is made in the layer on view alone</source>
        <translation>헤드의 변경을 보고 있는 층에만 적용합니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>초기화</translation>
    </message>
    <message>
        <source>Back to the slopes as trained</source>
        <translation>학습된 기울기로 되돌립니다</translation>
    </message>
    <message>
        <source>Open a model to see its slopes.</source>
        <translation>모델을 열면 기울기가 보입니다.</translation>
    </message>
    <message>
        <source>nudge H%1</source>
        <translation>H%1 미세 이동</translation>
    </message>
    <message>
        <source>drag H%1</source>
        <translation>H%1 끌기</translation>
    </message>
    <message>
        <source>reset slopes</source>
        <translation>기울기 초기화</translation>
    </message>
    <message>
        <source>Undo: %1</source>
        <translation>실행 취소: %1</translation>
    </message>
    <message>
        <source>Redo: %1</source>
        <translation>다시 실행: %1</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>논문</translation>
    </message>
    <message>
        <source>Edited</source>
        <translation>편집됨</translation>
    </message>
    <message>
        <source>As trained</source>
        <translation>학습된 그대로</translation>
    </message>
    <message>
        <source>%1 edited</source>
        <translation>%1 (편집됨)</translation>
    </message>
    <message>
        <source>load slopes</source>
        <translation>기울기 불러오기</translation>
    </message>
    <message>
        <source>Load slopes</source>
        <translation>기울기 불러오기</translation>
    </message>
    <message>
        <source>Slopes (*.json)</source>
        <translation>기울기 (*.json)</translation>
    </message>
    <message>
        <source>Save slopes</source>
        <translation>기울기 저장</translation>
    </message>
    <message>
        <source>This variant has no positions: there are no slopes to drag. “Positions” above can give it ALiBi&apos;s.</source>
        <translation>이 변형에는 위치 방식이 없어 끌 기울기가 없습니다. 위의 “위치 방식”에서 ALiBi를 줄 수 있습니다.</translation>
    </message>
    <message>
        <source>This variant&apos;s positions are %1: there are no slopes to drag. “Positions” above can give it ALiBi&apos;s.</source>
        <translation>이 변형의 위치 방식은 %1이므로 끌 기울기가 없습니다. 위의 “위치 방식”에서 ALiBi를 줄 수 있습니다.</translation>
    </message>
    <message>
        <source>The model is being opened.</source>
        <translation>모델을 여는 중입니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::SlopeLane</name>
    <message>
        <source>There is not enough memory for the gradients of the slopes: %1.</source>
        <translation>메모리가 부족하여 기울기의 그래디언트를 계산할 수 없습니다: %1.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::SlopeLossRow</name>
    <message>
        <source>Arrows</source>
        <translation>화살표</translation>
    </message>
    <message>
        <source>Measure which way the loss pulls each slope, at the length on view. An arrow points where the loss falls;
it is drawn where the pull is above its standard error.</source>
        <translation>보이는 길이에서 손실이 각 기울기를 당기는 방향을 측정합니다. 화살표는 손실이 내려가는 쪽을 가리키며,
당기는 힘이 표준오차보다 클 때만 그립니다.</translation>
    </message>
    <message>
        <source>Fit…</source>
        <translation>맞춤…</translation>
    </message>
    <message>
        <source>Fit the slopes to the text, weights frozen; windows that are held out say what it is worth</source>
        <translation>가중치를 그대로 두고 기울기를 텍스트에 맞춥니다. 남겨 둔 윈도우가 그 값어치를 알려 줍니다</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>중지하는 중…</translation>
    </message>
    <message>
        <source>Stop the fit</source>
        <translation>맞춤 중지</translation>
    </message>
    <message>
        <source>Measuring the windows that are held out…</source>
        <translation>남겨 둔 윈도우를 측정하는 중…</translation>
    </message>
    <message>
        <source>Step %1 of %2</source>
        <translation>%2단계 중 %1단계</translation>
    </message>
    <message>
        <source> · held out %1</source>
        <translation> · 검증 %1</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>Stopped at step %1, before the windows held out were measured.</source>
        <translation>%1단계에서 중지했으며, 남겨 둔 윈도우는 측정하지 않았습니다.</translation>
    </message>
    <message>
        <source>Fitted at %1 tokens, %2 steps. Held out, %3 × %1 tokens: %4 nats per token, %5 ± %6.</source>
        <translation>토큰 %1개에서 %2단계로 맞췄습니다. 검증, %3 × 토큰 %1개: 토큰당 %4 nat, %5 ± %6.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::SlopePresets</name>
    <message>
        <source>Slope sets: the paper&apos;s and others</source>
        <translation>기울기 집합: 논문의 것과 그 밖의 것</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>논문</translation>
    </message>
    <message>
        <source>2^(-8/n), 2^(-16/n), … for n heads</source>
        <translation>헤드 n개에 2^(-8/n), 2^(-16/n), …</translation>
    </message>
    <message>
        <source>paper slopes</source>
        <translation>논문의 기울기</translation>
    </message>
    <message>
        <source>Bias max 16</source>
        <translation>바이어스 최대 16</translation>
    </message>
    <message>
        <source>The paper&apos;s rule with 16 for 8: reaches further</source>
        <translation>논문의 규칙에서 8 대신 16: 더 멀리 봅니다</translation>
    </message>
    <message>
        <source>bias max 16</source>
        <translation>바이어스 최대 16</translation>
    </message>
    <message>
        <source>Geometric…</source>
        <translation>등비수열…</translation>
    </message>
    <message>
        <source>First slope, ratio</source>
        <translation>첫 기울기, 비율</translation>
    </message>
    <message>
        <source>geometric slopes</source>
        <translation>등비 기울기</translation>
    </message>
    <message>
        <source>Uniform…</source>
        <translation>균일…</translation>
    </message>
    <message>
        <source>Slope of every head</source>
        <translation>모든 헤드의 기울기</translation>
    </message>
    <message>
        <source>uniform slopes</source>
        <translation>균일 기울기</translation>
    </message>
    <message>
        <source>Scaled × 0.5</source>
        <translation>배율 × 0.5</translation>
    </message>
    <message>
        <source>Every slope halved: all heads look twice as far</source>
        <translation>모든 기울기를 절반으로: 모든 헤드가 두 배 멀리 봅니다</translation>
    </message>
    <message>
        <source>scale by 0.5</source>
        <translation>0.5배</translation>
    </message>
    <message>
        <source>Scaled × 2</source>
        <translation>배율 × 2</translation>
    </message>
    <message>
        <source>Every slope doubled: all heads look half as far</source>
        <translation>모든 기울기를 두 배로: 모든 헤드가 절반 거리만 봅니다</translation>
    </message>
    <message>
        <source>scale by 2</source>
        <translation>2배</translation>
    </message>
    <message>
        <source>NTK × 4</source>
        <translation>NTK × 4</translation>
    </message>
    <message>
        <source>The first head keeps its slope, the last is divided by 4, those between by less</source>
        <translation>첫 헤드는 그대로, 마지막 헤드는 4로 나누고, 그 사이는 덜 나눕니다</translation>
    </message>
    <message>
        <source>NTK scaling by 4</source>
        <translation>NTK 배율 4</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>무작위</translation>
    </message>
    <message>
        <source>random slopes, seed %1</source>
        <translation>무작위 기울기, 시드 %1</translation>
    </message>
    <message>
        <source>Exponentially distributed with mean 1/8; another seed each time</source>
        <translation>평균 1/8인 지수분포. 매번 다른 시드</translation>
    </message>
    <message>
        <source>Zero</source>
        <translation>0</translation>
    </message>
    <message>
        <source>No bias: distance costs nothing</source>
        <translation>바이어스 없음: 거리에 대가가 없습니다</translation>
    </message>
    <message>
        <source>zero slopes</source>
        <translation>기울기 0</translation>
    </message>
    <message>
        <source>Load from file…</source>
        <translation>파일에서 불러오기…</translation>
    </message>
    <message>
        <source>Save to file…</source>
        <translation>파일로 저장…</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>적용</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::StatusLine</name>
    <message>
        <source>Progress of the sweep</source>
        <translation>스윕 진행</translation>
    </message>
    <message>
        <source>opening</source>
        <translation>여는 중</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>정확</translation>
    </message>
    <message>
        <source>Every pixel of the map is computed from the slopes on screen.</source>
        <translation>맵의 모든 픽셀을 화면의 기울기로 계산했습니다.</translation>
    </message>
    <message>
        <source>draft</source>
        <translation>초안</translation>
    </message>
    <message>
        <source>Estimated from a sample of the queries; the exact map follows.</source>
        <translation>쿼리 일부로 추정했습니다. 정확한 맵이 뒤따릅니다.</translation>
    </message>
    <message>
        <source>preview: q and k from before the edit</source>
        <translation>미리보기: q와 k는 편집 이전 값</translation>
    </message>
    <message>
        <source>The edit below this layer has not reached its q and k yet; the exact map follows when the slope rests.</source>
        <translation>아래층의 편집이 이 층의 q와 k에 아직 닿지 않았습니다. 기울기가 멈추면 정확한 맵이 나옵니다.</translation>
    </message>
    <message>
        <source>map %1 ms</source>
        <translation>맵 %1ms</translation>
    </message>
    <message>
        <source>blocks visited %1 %</source>
        <translation>방문한 블록 %1%</translation>
    </message>
    <message>
        <source>Share of the attention blocks that had to be computed; the others provably cannot matter.</source>
        <translation>계산해야 했던 어텐션 블록의 비율. 나머지는 영향이 없음이 증명됩니다.</translation>
    </message>
    <message>
        <source>kernel: %1</source>
        <translation>커널: %1</translation>
    </message>
    <message>
        <source>%1…</source>
        <translation>%1…</translation>
    </message>
    <message>
        <source>The dimmed picture answers the question before.</source>
        <translation>흐린 그림은 이전 질문의 답입니다.</translation>
    </message>
    <message>
        <source>not computed</source>
        <translation>계산 안 됨</translation>
    </message>
    <message>
        <source>%1 · %2 %</source>
        <translation>%1 · %2%</translation>
    </message>
    <message>
        <source>Sweep</source>
        <translation>스윕</translation>
    </message>
    <message>
        <source>Sweep: %1</source>
        <translation>스윕: %1</translation>
    </message>
    <message>
        <source>about %1 s left</source>
        <translation>약 %1초 남음</translation>
    </message>
    <message>
        <source>about %1 min left</source>
        <translation>약 %1분 남음</translation>
    </message>
    <message>
        <source>Sweep done in %1 s</source>
        <translation>스윕 완료, %1초</translation>
    </message>
    <message>
        <source>Sweep stopped</source>
        <translation>스윕 중지됨</translation>
    </message>
    <message>
        <source>computing</source>
        <translation>계산 중</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::SweepLane</name>
    <message>
        <source>There is not enough memory to measure windows of %1 tokens: %2.</source>
        <translation>메모리가 부족하여 토큰 %1개짜리 윈도우를 측정할 수 없습니다: %2.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::TextEditor</name>
    <message>
        <source>Your text</source>
        <translation>내 텍스트</translation>
    </message>
    <message>
        <source>Type a sentence; it takes the place of the text on view.</source>
        <translation>문장을 입력하면 보이는 텍스트를 대신합니다.</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::TextView</name>
    <message>
        <source>Text</source>
        <translation>텍스트</translation>
    </message>
    <message>
        <source>%1 · %2 tokens</source>
        <translation>%1 · 토큰 %2개</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Shade each token by its loss: how little the model expected it. With A − B chosen above the map, by what A loses more (red) or less (blue) than B.</source>
        <translation>토큰마다 손실(모델이 얼마나 예상하지 못했는지)로 칠합니다. 맵 위에서 A − B를 고르면 A가 B보다 더 잃은 만큼 빨강, 덜 잃은 만큼 파랑입니다.</translation>
    </message>
    <message>
        <source>Find in the text</source>
        <translation>텍스트에서 찾기</translation>
    </message>
    <message>
        <source>Open a text, paste one, or drop one here.</source>
        <translation>텍스트를 열거나, 붙여넣거나, 여기에 끌어다 놓으세요.</translation>
    </message>
    <message>
        <source>%1 · %2 tokens · %3</source>
        <translation>%1 · 토큰 %2개 · %3</translation>
    </message>
    <message>
        <source>“%1” is not in this text.</source>
        <translation>“%1”은(는) 이 텍스트에 없습니다.</translation>
    </message>
    <message>
        <source>Raw line ends</source>
        <translation>원래 줄바꿈</translation>
    </message>
    <message>
        <source>Read the file&apos;s bytes as they are: CRLF and CR do not become LF, and a byte order mark stays.</source>
        <translation>파일의 바이트를 그대로 읽습니다: CRLF와 CR을 LF로 바꾸지 않고, 바이트 순서 표시도 남깁니다.</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>입력</translation>
    </message>
    <message>
        <source>Type a text of your own (Ctrl+T)</source>
        <translation>직접 텍스트를 입력합니다 (Ctrl+T)</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>이어 쓰기</translation>
    </message>
    <message>
        <source>Let the model write what comes after the tokens on view</source>
        <translation>보이는 토큰 다음을 모델이 쓰게 합니다</translation>
    </message>
    <message>
        <source>Line ends</source>
        <translation>줄바꿈</translation>
    </message>
    <message>
        <source>Open a text, type or paste one, or drop one here.</source>
        <translation>텍스트를 열거나, 입력하거나, 붙여넣거나, 여기에 끌어다 놓으세요.</translation>
    </message>
    <message>
        <source>There is no text to continue.</source>
        <translation>이어 쓸 텍스트가 없습니다.</translation>
    </message>
    <message>
        <source>Go to 1204, or 1204, 1131 (query, key), or a word</source>
        <translation>1204, 또는 1204, 1131 (쿼리, 키), 또는 단어로 이동</translation>
    </message>
    <message>
        <source>Query and key to go to</source>
        <translation>이동할 쿼리와 키</translation>
    </message>
    <message>
        <source>%1 “%2”</source>
        <translation>%1 “%2”</translation>
    </message>
    <message>
        <source>query %1 → key %2</source>
        <translation>쿼리 %1 → 키 %2</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::TokenArea</name>
    <message>
        <source>Tokens of the text</source>
        <translation>텍스트의 토큰</translation>
    </message>
    <message>
        <source>token %1 · id %2 · “%3”</source>
        <translation>토큰 %1 · id %2 · “%3”</translation>
    </message>
    <message>
        <source>%1 is what token %2 gives it</source>
        <translation>토큰 %2이(가) 주는 값 %1</translation>
    </message>
    <message>
        <source>%1 is what it gives token %2</source>
        <translation>토큰 %2에 주는 값 %1</translation>
    </message>
    <message>
        <source>past the length on view</source>
        <translation>보이는 길이 밖</translation>
    </message>
    <message>
        <source>loss %1 nats, B %2: A is %3 %4</source>
        <translation>손실 %1 nat, B %2: A가 %3 %4</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>나쁨</translation>
    </message>
    <message>
        <source>better</source>
        <translation>나음</translation>
    </message>
    <message>
        <source>loss %1 nats: the model gave it a probability of %2</source>
        <translation>손실 %1 nat: 모델이 준 확률은 %2</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Copy token ids</source>
        <translation>토큰 id 복사</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>모두 선택</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::VariantChips</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::VariantDelegate</name>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::VariantList</name>
    <message>
        <source>Variants</source>
        <translation>변형</translation>
    </message>
    <message>
        <source>Hide its curve</source>
        <translation>곡선 숨기기</translation>
    </message>
    <message>
        <source>Show its curve</source>
        <translation>곡선 보이기</translation>
    </message>
    <message>
        <source>A, pinned: click to let A follow the selection</source>
        <translation>고정된 A: 누르면 A가 선택을 따라갑니다</translation>
    </message>
    <message>
        <source>Pin A here: others can then be selected while this one stays A</source>
        <translation>여기에 A를 고정: 다른 것을 선택해도 A는 그대로입니다</translation>
    </message>
    <message>
        <source>B: click to compare with nothing</source>
        <translation>B: 누르면 비교를 끝냅니다</translation>
    </message>
    <message>
        <source>Compare with this one (B)</source>
        <translation>이것과 비교 (B)</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::VariantRows</name>
    <message>
        <source>, A</source>
        <translation>, A</translation>
    </message>
    <message>
        <source>, B</source>
        <translation>, B</translation>
    </message>
    <message>
        <source>, hidden</source>
        <translation>, 숨김</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::VariantsPanel</name>
    <message>
        <source>Variants</source>
        <translation>변형</translation>
    </message>
    <message>
        <source>+ Add</source>
        <translation>+ 추가</translation>
    </message>
    <message>
        <source>Add a variant</source>
        <translation>변형 추가</translation>
    </message>
    <message>
        <source>Another model, or a copy with other positions or slopes</source>
        <translation>다른 모델, 또는 위치 방식이나 기울기가 다른 사본</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Add a model, or drop a model&apos;s folder on the window.</source>
        <translation>모델을 추가하거나, 모델 폴더를 창에 끌어다 놓으세요.</translation>
    </message>
    <message>
        <source>hide %1</source>
        <translation>%1 숨기기</translation>
    </message>
    <message>
        <source>show %1</source>
        <translation>%1 보이기</translation>
    </message>
    <message>
        <source>move %1</source>
        <translation>%1 옮기기</translation>
    </message>
    <message>
        <source>is being opened</source>
        <translation>여는 중</translation>
    </message>
    <message>
        <source>let A follow the selection</source>
        <translation>A가 선택을 따르게 하기</translation>
    </message>
    <message>
        <source>pin A to %1</source>
        <translation>A를 %1에 고정</translation>
    </message>
    <message>
        <source>compare with nothing</source>
        <translation>비교 안 함</translation>
    </message>
    <message>
        <source>compare with %1</source>
        <translation>%1와(과) 비교</translation>
    </message>
    <message>
        <source>rename %1</source>
        <translation>%1 이름 바꾸기</translation>
    </message>
    <message>
        <source>remove %1</source>
        <translation>%1 제거</translation>
    </message>
    <message>
        <source>Colour of %1</source>
        <translation>%1의 색</translation>
    </message>
    <message>
        <source>recolour %1</source>
        <translation>%1 색 바꾸기</translation>
    </message>
    <message>
        <source>%1, copy</source>
        <translation>%1, 사본</translation>
    </message>
    <message>
        <source>copy %1</source>
        <translation>%1 복사</translation>
    </message>
    <message>
        <source>a copy with %1</source>
        <translation>%1 사본</translation>
    </message>
    <message>
        <source>A copy with other positions</source>
        <translation>위치 방식이 다른 사본</translation>
    </message>
    <message>
        <source>A copy with slopes</source>
        <translation>기울기가 다른 사본</translation>
    </message>
    <message>
        <source>It has no slopes: they belong to ALiBi.</source>
        <translation>기울기가 없습니다: 기울기는 ALiBi의 것입니다.</translation>
    </message>
    <message>
        <source>slopes × 0.5</source>
        <translation>기울기 × 0.5</translation>
    </message>
    <message>
        <source>slopes × 2</source>
        <translation>기울기 × 2</translation>
    </message>
    <message>
        <source>the paper&apos;s slopes</source>
        <translation>논문의 기울기</translation>
    </message>
    <message>
        <source>all slopes 0</source>
        <translation>기울기 모두 0</translation>
    </message>
    <message>
        <source>random slopes 1</source>
        <translation>무작위 기울기 1</translation>
    </message>
    <message>
        <source>random slopes 2</source>
        <translation>무작위 기울기 2</translation>
    </message>
    <message>
        <source>random slopes 3</source>
        <translation>무작위 기울기 3</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>The paper&apos;s four methods (Figure 1)</source>
        <translation>논문의 네 방법 (그림 1)</translation>
    </message>
    <message>
        <source>ALiBi, sinusoidal, rotary and T5 bias, measured together</source>
        <translation>ALiBi, 사인파, 회전(Rotary), T5 바이어스를 함께 측정</translation>
    </message>
    <message>
        <source>Open model folder…</source>
        <translation>모델 폴더 열기…</translation>
    </message>
    <message>
        <source>Open model file (GGUF)…</source>
        <translation>모델 파일(GGUF) 열기…</translation>
    </message>
    <message>
        <source>From %1</source>
        <translation>%1에서</translation>
    </message>
    <message>
        <source>A copy of this</source>
        <translation>이것의 사본</translation>
    </message>
    <message>
        <source>On view</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>Let A follow the selection</source>
        <translation>A가 선택을 따르게 하기</translation>
    </message>
    <message>
        <source>Pin A here</source>
        <translation>여기에 A 고정</translation>
    </message>
    <message>
        <source>Compare with nothing</source>
        <translation>비교 안 함</translation>
    </message>
    <message>
        <source>Compare with this (B)</source>
        <translation>이것과 비교 (B)</translation>
    </message>
    <message>
        <source>Hide its curve</source>
        <translation>곡선 숨기기</translation>
    </message>
    <message>
        <source>Show its curve</source>
        <translation>곡선 보이기</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Recolour…</source>
        <translation>색 바꾸기…</translation>
    </message>
    <message>
        <source>Copy what it is</source>
        <translation>내용 복사</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>복제</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>위로</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>아래로</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Takes it off the list; Undo brings it back</source>
        <translation>목록에서 뺍니다. 실행 취소로 되돌립니다</translation>
    </message>
</context>
<context>
    <name>slopescope::ui::Writer</name>
    <message>
        <source>There is not enough memory to continue the text: %1.</source>
        <translation>메모리가 부족하여 텍스트를 이어 쓸 수 없습니다: %1.</translation>
    </message>
</context>
</TS>
