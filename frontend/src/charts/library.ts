import { LineChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([LineChart, DataZoomComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);
export { echarts };

export function colour(name: string): string {
  return getComputedStyle(document.body).getPropertyValue(name).trim();
}
export const FONT_FAMILY = `"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;
