# Text shown to people, in Chinese. Keys are English; the other language has the same keys.
language = 简体中文
other-language = English
service = 印信 · 电子证照查验
sample-note = 演示环境：所有证照均为样例，无法律效力。

home-title = 查验一份电子证照
home-lead = 把证照文件放到这里，或扫描证照右上角的二维码。查验不需要登录，文件不会被保存。
home-how-title = 可以查验什么
home-how-pdf = 加盖电子印章的 PDF 证照
home-how-code = 纸质证照上以 LC1: 开头的二维码内容
home-how-link = 证照上印的查验链接
home-offline = 没有网络时，请使用离线查验工具 yinxin-verify。

verify-title = 查验文件
verify-file = 选择文件（PDF、CMS，最大 { $limit }）
verify-code = 或粘贴二维码内容
verify-submit = 查验
verify-nothing = 请选择一个文件，或粘贴二维码内容。
verify-again = 再查验一份
verify-kept = 文件只在内存中查验，查验后即删除。

verdict-asked = 查验时间：{ $at }（北京时间）
verdict-why = 理由
verdict-details = 技术细节
verdict-signatures = 签名
verdict-signer = 签章人
verdict-time = 签章时间
verdict-source = 时间来源
verdict-covers = 覆盖范围
verdict-changes = 签章后的修改
verdict-none = 无
verdict-code = 代码
verdict-clause = 依据

sign-good = 有效
sign-bad = 无效
sign-unsure = 无法判断

licence-title = 证照查验
licence-type = 证照类型
licence-holder = 持证主体
licence-issuer = 颁发机构
licence-valid-from = 生效日期
licence-valid-to = 有效期至
licence-state = 当前状态
licence-asked = 查询时间：{ $at }（北京时间）
licence-least = 本页只显示可公开的信息。完整内容请查看证照文件本身。
licence-check = 查验证照文件
licence-unknown = 没有查到这份证照
licence-unknown-what = 链接可能抄写有误，或者这不是本平台颁发的证照。请核对证照右上角的二维码，或直接查验文件。

state-valid = 有效
state-not_yet_valid = 尚未生效
state-suspended = 已暂停
state-expired = 已过期
state-superseded = 已被新版本替代
state-deregistered = 已注销
state-annulled = 已撤销
state-withdrawn = 已撤回
state-revoked = 已吊销
state-void = 已作废
state-unknown = 未查到

problem-title = 暂时无法完成
problem-too-large = 文件超过 { $limit }，没有查验。请改用离线查验工具。
problem-busy = 查验的人较多，请稍后再试。
problem-unreadable = 没有收到完整的文件。请重新选择后再试。
problem-back = 返回

covers-whole_file = 整个文件
covers-revision = 签章时的版本
covers-part = 文件的一部分
source-token = 可信时间戳
source-claimed = 签章人自述

# Reasons, by the first part of their code.
reason-change = 签章后的修改
reason-checkpoint = 日志检查点
reason-cms = 签名数据
reason-code = 二维码
reason-crl = 吊销列表
reason-finding = 其他发现
reason-input = 文件
reason-leaf = 日志条目
reason-licence = 证照数据
reason-limit = 查验限度
reason-material = 状态材料
reason-note = 日志签名
reason-ocsp = 证书状态应答
reason-path = 证书链
reason-pdf = PDF 结构
reason-proof = 日志证明
reason-receipt = 日志回执
reason-revocation = 证书吊销
reason-signature = 签名
reason-status = 证照状态
reason-time = 时间
reason-trust = 信任材料
reason-tsp = 时间戳
verdict-moment = { $at }（北京时间）
