// The few words that scripts write themselves. Chinese first; templates carry all the rest.
const table = {
  live_lost: ["实时更新自 {since} 起中断，显示的是当时的状态", "Live updates lost since {since}; what you see is the state of then"],
  live_back: ["实时更新已恢复", "Live updates are back"],
  just_now: ["刚刚", "just now"],
  seconds_ago: ["{n} 秒前", "{n} s ago"],
  minutes_ago: ["{n} 分钟前", "{n} min ago"],
  hours_ago: ["{n} 小时前", "{n} h ago"],
  days_ago: ["{n} 天前", "{n} d ago"],
  failed: ["没有成功：{why}", "It did not work: {why}"],
  no_network: ["网络不通，内容未提交", "No network; nothing was sent"],
  forbidden: ["没有权限做这件事", "You may not do this"],
  signed_out: ["登录已过期，请重新登录", "Your session has ended; sign in again"],
  server_error: ["系统出错，内容未提交，请稍后再试或告知管理员", "The system failed; nothing was saved. Try again or tell the administrator"],
  draft_kept: ["没有网络，已存为草稿，恢复后请再点一次", "No network; kept as a draft. Try again when you are back"],
  not_taken: ["服务器没有收下（{status}），内容还在，请稍后再试", "The server did not take it ({status}); it is kept here. Try again later"],
  position_good: ["已定位，误差 ±{metres} 米", "Located to ±{metres} m"],
  position_rough: ["位置误差 ±{metres} 米，偏大，请走到空旷处", "Located only to ±{metres} m; step into the open"],
  position_denied: ["手机没有允许使用位置，请在浏览器设置里打开", "The phone does not share its position; allow it in the browser's settings"],
  position_waiting: ["还没有取到位置，请走到空旷处再等一会儿", "No position yet; step into the open and wait a moment"],
  compass: ["北,东北,东,东南,南,西南,西,西北", "N,NE,E,SE,S,SW,W,NW"],
  map_waiting: ["地图正在打开", "Opening the map"],
  metres: ["{n} 米", "{n} m"],
  kilometres: ["{n} 公里", "{n} km"],
  zoom_in: ["放大", "Zoom in"],
  zoom_out: ["缩小", "Zoom out"],
  north_up: ["正北朝上", "North up"],
  map: ["地图", "Map"],
  attribution: ["来源", "Sources"],
  metre: ["米", "m"],
  kilometre: ["公里", "km"],
} as const;

export type Word = keyof typeof table;
const english = document.documentElement.lang.toLowerCase().startsWith("en");

export function word(key: Word, values: Record<string, string | number> = {}): string {
  return table[key][english ? 1 : 0].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
